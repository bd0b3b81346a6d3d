import type { ExportFormat } from './export-format';
import { onnxFormat } from './onnx';
import { safetensorsFormat } from './safetensors';
import { savedModelFormat } from './saved-model';
import { tfjsFormat } from './tfjs';

/** All formats, in the order of `--help`. */
export const exportFormats: readonly ExportFormat[] = [
  onnxFormat,
  tfjsFormat,
  savedModelFormat,
  safetensorsFormat,
];
