import { defineConfig } from 'vitepress';

export default defineConfig({
  title: 'Fulgur',
  description:
    'Self-supervised learning in TypeScript, as declarative experiments on a compiled TensorFlow step',
  lang: 'en-GB',
  lastUpdated: false,
  ignoreDeadLinks: true,
  themeConfig: {
    search: { provider: 'local' },
  },
});
