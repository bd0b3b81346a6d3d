export { evaluateByNeighbours } from './evaluate-by-neighbours';
export type { KnnResult } from './evaluate-by-neighbours';
export { evaluateByProbe } from './evaluate-by-probe';
export type { ProbeFigures, ProbeResult } from './evaluate-by-probe';
export { embedSplit, unitRows } from './feature-table';
export type { EmbedOptions, FeatureTable } from './feature-table';
export { predictByNeighbours } from './predict-by-neighbours';
export type { NeighbourRule } from './predict-by-neighbours';
