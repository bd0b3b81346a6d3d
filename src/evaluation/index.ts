export { embedSplit, unitRows } from './feature-table';
export type { EmbedOptions, FeatureTable } from './feature-table';
export { missingForJudgement } from './judgeable';
export { evaluateByNeighbours, knnSchema, predictByNeighbours } from './neighbours';
export type { KnnOptions, KnnResult, NeighbourRule } from './neighbours';
export { evaluateByProbe, probeSchema } from './probe';
export type { ProbeFigures, ProbeOptions, ProbeResult } from './probe';
