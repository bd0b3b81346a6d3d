export type { StateLayout } from './layout';
export { loadState } from './load-state';
export type { LoadOptions, LoadReport } from './load-state';
export { decodeSafetensors } from './safetensors-read';
export type { SafetensorsFile } from './safetensors-read';
export { encodeSafetensors, safetensorsHead } from './safetensors-write';
export { requireTensorName } from './tensor-names';
export { readVariable, writeVariable } from './variable-state';
