export { makeEmbeddingMap, mapSchema } from './make-embedding-map';
export type { MapOptions, MapSource } from './make-embedding-map';
