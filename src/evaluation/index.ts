export { evaluateByFinetuning, finetuneSchema } from './finetune';
export type { FinetuneModel, FinetuneOptions, FinetuneResult } from './finetune';
export { embedSplit, unitRows } from './feature-table';
export type { EmbedOptions, FeatureTable } from './feature-table';
export { missingForJudgement } from './judgeable';
export { evaluateByNeighbours, knnSchema, predictByNeighbours } from './neighbours';
export type { KnnOptions, KnnResult, NeighbourRule } from './neighbours';
export { evaluateByProbe, probeSchema } from './probe';
export type { ProbeFigures, ProbeOptions, ProbeResult } from './probe';
export { evaluateRankMe, rankMeOf, rankMeSchema } from './rank-me';
export type { RankMeOptions, RankMeResult } from './rank-me';
export { singularValues } from './singular-values';
export {
  embeddingEndings,
  embeddingParts,
  lettersIn,
  nearest,
  readEmbeddings,
  requireEmbeddingEnding,
  writeEmbeddings,
} from './embeddings';
export type { EmbeddedImage, EmbeddingColumns, Embeddings, Neighbour } from './embeddings';
export { isSameModel, modelName, parseModelIdentity, stateDigest } from './model-identity';
export type { ModelIdentity } from './model-identity';
export { makeEmbeddingMap, mapSchema } from './embedding-map';
export type { MapOptions, MapSource } from './embedding-map';
