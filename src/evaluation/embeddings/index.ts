export {
  embeddingEndings,
  embeddingParts,
  readEmbeddings,
  requireEmbeddingEnding,
  writeEmbeddings,
} from './embedding-files';
export { lettersIn } from './embeddings';
export type { EmbeddedImage, EmbeddingColumns, Embeddings } from './embeddings';
export { nearest } from './nearest';
export type { Neighbour } from './nearest';
