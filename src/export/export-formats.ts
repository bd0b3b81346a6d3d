import type { ExportFormat } from './export-format';
import { onnxFormat } from './onnx';
import { safetensorsFormat } from './safetensors';
import { tfjsFormat } from './tfjs';

/** All formats, in the order of `--help`. */
export const exportFormats: readonly ExportFormat[] = [onnxFormat, tfjsFormat, safetensorsFormat];
