import type { ExportedModel, ExportedWeights } from './exported-model';
import type { SearchableImages } from './web/searchable-images';

/**
 * Images on which to check a written model: `[images, height, width, 3]`, normalised floats or RGB bytes, as the model
 * takes them.
 */
export interface TrialImages {
  readonly shape: readonly [images: number, height: number, width: number, channels: number];
  readonly values: Float32Array | Uint8Array;
}

/** A way to run a written model, from its bytes on disk. */
export interface ExportRuntime {
  /** Name shown to the user: `onnxruntime-node 1.30.0`, `Fulgur's reader of ONNX`. */
  readonly name: string;
  /** Computes features `[images, width]`, row by row. */
  run(images: TrialImages): Promise<Float32Array>;
}

/** The result of writing a format. */
export interface WrittenExport {
  /** Files that were written, relative to the folder; for a single-file format, its name. */
  readonly files: readonly string[];
  /** Runtimes that can run it here, at least one. They read from the path to which it was written. */
  readonly runtimes: readonly ExportRuntime[];
  /** Further notes for the user, one sentence each. */
  readonly notes?: readonly string[];
}

/** Values of `--format`. */
export type ExportFormatName = 'onnx' | 'tfjs' | 'saved-model' | 'safetensors' | 'web';

interface FormatFacts {
  readonly name: ExportFormatName;
  /** Extension of a single-file format: `.onnx`; `''` for a folder. */
  readonly ending: string;
  /** Supported layouts of the input, the default first. */
  readonly layouts: readonly ('nhwc' | 'nchw')[];
  /** Whether it has a page that searches images by their embeddings. */
  readonly findsImages?: boolean;
  /** Whether its output may be published: if so, it names no folder of the training machine. */
  readonly isPublished?: boolean;
}

/** A format that is written from a traced graph. */
export interface GraphFormat extends FormatFacts {
  readonly source: 'graph';
  /**
   * Writes a model to `out`, a file or an existing empty folder; the caller moves it to its destination, so nothing in
   * it depends on the path.
   *
   * @param images that the export can find; only `web` supports them.
   * @throws FulgurError `module`, naming operation, module and format, if the graph has an operation that the format
   *   lacks.
   */
  write(model: ExportedModel, out: string, images?: SearchableImages | null): Promise<WrittenExport>;
}

/** A format that contains only weights. */
export interface WeightsFormat extends FormatFacts {
  readonly source: 'weights';
  /** As in {@link GraphFormat}. */
  write(model: ExportedWeights, out: string): Promise<WrittenExport>;
}

/** A format in which a trained model can be written. */
export type ExportFormat = GraphFormat | WeightsFormat;
