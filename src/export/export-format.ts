import type { ExportedModel, ExportedWeights } from './exported-model';
import type { SearchableImages } from './web/searchable-images';

/** Images to try a written model on: `[images, height, width, 3]`, normalised floats or RGB bytes, as the model takes them. */
export interface TrialImages {
  readonly shape: readonly [images: number, height: number, width: number, channels: number];
  readonly values: Float32Array | Uint8Array;
}

/** A way to run what was written, from its bytes on disk. */
export interface ExportRuntime {
  /** What the user reads: `onnxruntime-node 1.30.0`, `Fulgur's reader of ONNX`. */
  readonly name: string;
  /** Features `[images, width]`, row by row. */
  run(images: TrialImages): Promise<Float32Array>;
}

/** What a format wrote. */
export interface WrittenExport {
  /** Files that were written, relative to the folder; of a format of one file, its name. */
  readonly files: readonly string[];
  /** How it can be run here, at least one way. They read from the path that was written to. */
  readonly runtimes: readonly ExportRuntime[];
  /** What the user should know besides, one sentence each. */
  readonly notes?: readonly string[];
}

/** Names of `--format`. */
export type ExportFormatName = 'onnx' | 'tfjs' | 'saved-model' | 'safetensors' | 'web';

interface FormatFacts {
  readonly name: ExportFormatName;
  /** Ending of a format of one file: `.onnx`; `''` for a folder. */
  readonly ending: string;
  /** Layouts of the input that it can have, its usual one first. */
  readonly layouts: readonly ('nhwc' | 'nchw')[];
  /** Whether it has a page that finds images by their embeddings. */
  readonly findsImages?: boolean;
  /** Whether everybody may read what it writes: then it names no folder of the machine that trained. */
  readonly isPublished?: boolean;
}

/** A format that is written from a traced graph. */
export interface GraphFormat extends FormatFacts {
  readonly source: 'graph';
  /**
   * Writes a model to `out`, a file, or a folder that is there and empty; the caller moves it to its place, so nothing in it
   * depends on the path.
   *
   * @param images that the export is to find; only `web` has a place for them.
   * @throws FulgurError `module`, naming operation, module and format, where the graph has an operation that the format lacks.
   */
  write(model: ExportedModel, out: string, images?: SearchableImages | null): Promise<WrittenExport>;
}

/** A format that holds weights alone. */
export interface WeightsFormat extends FormatFacts {
  readonly source: 'weights';
  /** As {@link GraphFormat}. */
  write(model: ExportedWeights, out: string): Promise<WrittenExport>;
}

/** A format that a trained model can be written in. */
export type ExportFormat = GraphFormat | WeightsFormat;
