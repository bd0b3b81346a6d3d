import type { Embeddings } from '../../evaluation';

/** RGB bytes `[height, width, 3]` of an image, and which row of the embeddings it is. */
export interface ImageOfRow {
  readonly row: number;
  readonly pixels: Uint8Array;
  readonly height: number;
  readonly width: number;
}

/** Images that a site is to find. */
export interface SearchableImages {
  readonly embeddings: Embeddings;
  /** Their pictures as far as they are to be had, in any order; `null` where none is. */
  readonly pictures: AsyncIterable<ImageOfRow> | null;
}
