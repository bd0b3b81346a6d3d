import type { Json } from '../../contracts';

/** Small pictures of the points, side by side in rows of one picture. */
export interface MapPictures {
  /** RGB, row by row. */
  readonly pixels: Uint8Array;
  /** Pixels across each of them. */
  readonly cell: number;
  /** In a row. */
  readonly columns: number;
  /** Of cells. */
  readonly rows: number;
}

/** Images as points of a plane: such that have similar features lie near each other. */
export interface EmbeddingMap {
  /** What the places mean: `PCA` or `UMAP`. */
  readonly method: string;
  readonly axes: readonly [x: string, y: string];
  /** x and y of each image, one image after the other. */
  readonly places: Float32Array;
  /** Class or cluster of each image. */
  readonly groupOf: Int32Array;
  readonly groups: readonly string[];
  /** Whether groups are clusters of the features, since there are no labels. */
  readonly isClustered: boolean;
  readonly names: readonly string[];
  readonly pictures: MapPictures | null;
  /** What is seen, and what it depends on, in a sentence. */
  readonly about: string;
  /** What it depends on, for the record. */
  readonly settings: Readonly<Record<string, Json>>;
}
