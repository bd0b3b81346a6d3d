export type { ImageOfRow, SearchableImages } from './searchable-images';
export { webFormat } from './web-format';
