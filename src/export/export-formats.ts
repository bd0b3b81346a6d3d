import type { ExportFormat } from './export-format';
import { safetensorsFormat } from './safetensors';
import { tfjsFormat } from './tfjs';

/** All formats, in the order of `--help`. */
export const exportFormats: readonly ExportFormat[] = [safetensorsFormat, tfjsFormat];
