import type { Embeddings } from '../../evaluation';

/** RGB bytes `[height, width, 3]` of an image, with its row in the embeddings. */
export interface ImageOfRow {
  readonly row: number;
  readonly pixels: Uint8Array;
  readonly height: number;
  readonly width: number;
}

/** Images that a site can find. */
export interface SearchableImages {
  readonly embeddings: Embeddings;
  /** The available pictures, in any order; `null` if there are none. */
  readonly pictures: AsyncIterable<ImageOfRow> | null;
}
