import { resolve } from 'node:path';

/** The project's root. */
export const root = resolve(__dirname, '../..');

/** The documentation's folder, which is also VitePress' source folder. */
export const docs = resolve(root, 'docs');

/** The built site. */
export const dist = resolve(docs, '.vitepress/dist');
