import { defineConfig } from 'vitepress';
import { sidebarOf, topEntries } from '../.site/navigation.js';
import { readPages } from '../.site/pages.js';
import { docs } from '../.site/paths.js';
import { placeholder, relocate } from '../.site/relocate/index.js';
import { sourceLinks } from '../.site/source-links.js';
import { themeStyle } from '../.site/theme.js';

const pages = readPages(docs);
const isBuild = process.argv.includes('build');

export default defineConfig({
  title: 'Fulgur',
  description:
    'Self-supervised learning in TypeScript: declarative experiments on a compiled TensorFlow step',
  lang: 'en-GB',
  // The built site is served under any path: see docs/adr/0043-the-site.md.
  base: isBuild ? placeholder : '/',
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: `${isBuild ? placeholder : '/'}logo.svg` }],
    ['style', {}, themeStyle()],
  ],
  metaChunk: true,
  lastUpdated: false,
  buildEnd: ({ outDir }) => relocate(outDir),
  markdown: { config: sourceLinks },
  themeConfig: {
    logo: '/logo.svg',
    nav: topEntries(pages),
    sidebar: sidebarOf(pages),
    outline: [2, 3],
    externalLinkIcon: true,
    search: { provider: 'local' },
  },
});
