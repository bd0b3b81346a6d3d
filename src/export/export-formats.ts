import type { ExportFormat } from './export-format';
import { onnxFormat } from './onnx';
import { safetensorsFormat } from './safetensors';
import { savedModelFormat } from './saved-model';
import { tfjsFormat } from './tfjs';
import { webFormat } from './web';

/** All formats, in the order of `--help`. */
export const exportFormats: readonly ExportFormat[] = [
  onnxFormat,
  tfjsFormat,
  webFormat,
  savedModelFormat,
  safetensorsFormat,
];
