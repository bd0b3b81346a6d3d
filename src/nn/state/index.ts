export { loadInitialWeights } from './initial-weights';
export type { StateLayout } from './layout';
export { loadState } from './load-state';
export type { LoadOptions, LoadReport } from './load-state';
export { decodeSafetensors, readSafetensors } from './safetensors-read';
export type { ReadableBytes, SafetensorsFile } from './safetensors-read';
export { encodeSafetensors, safetensorsHead, safetensorsParts } from './safetensors-write';
export { requireTensorName } from './tensor-names';
export { readVariable, writeVariable } from './variable-state';
