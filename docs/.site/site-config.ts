import type { DefaultTheme, Plugin, UserConfig } from 'vitepress';
import { highlightOnce } from './highlight-once';
import { sidebarOf, topEntries } from './navigation';
import { readPages } from './pages';
import { placeholder, relocate } from './relocate';
import { searchWeight } from './search-weight';
import { shortCode } from './short-code';
import { slug } from './slug';
import { sourceLinks } from './source-links';
import { themeStyle } from './theme';

/** What VitePress' command is asked to do. */
export type SiteCommand = 'build' | 'serve';

/** The bundle that renders the pages is deleted afterwards, so nothing is gained by a search for unused code in it. */
const wholeServerBundle: Plugin = {
  name: 'whole-server-bundle',
  config: (_, { isSsrBuild }) =>
    isSsrBuild === true ? { build: { rollupOptions: { treeshake: false } } } : undefined,
};

/** Returns VitePress' configuration of a folder of pages. */
export function siteConfig(folder: string, command: SiteCommand): UserConfig<DefaultTheme.Config> {
  const pages = readPages(folder);
  const base = command === 'build' ? placeholder : '/';
  return {
    title: 'Fulgur',
    description:
      'Self-supervised learning in TypeScript: declarative experiments on a compiled TensorFlow step',
    lang: 'en-GB',
    // The built site is served under any path: docs/adr/0043-a-site-for-any-path.md.
    base,
    buildEnd: ({ outDir }) => relocate(outDir),
    head: [
      ['link', { rel: 'icon', type: 'image/svg+xml', href: `${base}logo.svg` }],
      ['style', {}, themeStyle()],
    ],
    // The navigation is one file, not a part of each page.
    metaChunk: true,
    lastUpdated: false,
    // The comments of VitePress' own dark theme are too faint.
    markdown: {
      anchor: { slugify: slug },
      theme: { light: 'github-light', dark: 'github-dark-default' },
      config: (markdown) => {
        sourceLinks(markdown);
        highlightOnce(markdown);
        shortCode(markdown);
      },
    },
    themeConfig: {
      logo: '/logo.svg',
      nav: topEntries(pages),
      sidebar: sidebarOf(pages),
      outline: [2, 3],
      search: {
        provider: 'local',
        options: { miniSearch: { searchOptions: { boostDocument: searchWeight } } },
      },
      notFound: {
        quote: 'Use the search, or begin at the start page.',
        linkText: 'Start page',
        linkLabel: 'go to the start page',
      },
    },
    vite: { build: { chunkSizeWarningLimit: 8192 }, plugins: [wholeServerBundle] },
  };
}
