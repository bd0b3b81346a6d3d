export { negativeCosineSimilarity } from './negative-cosine-similarity';
