export { defineBatches } from './define-batches';
export type { BatchesDefinition, BatchesFactory } from './define-batches';
export { prepareBatches } from './prepare-batches';
export { tensorBatches } from './tensor-batches';
export type { BatchingRule, SampleTensors } from './tensor-batches';
