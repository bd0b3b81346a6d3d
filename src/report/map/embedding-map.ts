import type { Json } from '../../contracts';

/** Small pictures of the points, arranged in a grid in one picture. */
export interface MapPictures {
  /** RGB, row-major. */
  readonly pixels: Uint8Array;
  /** Size of each small picture in pixels. */
  readonly cell: number;
  /** Number of cells per row. */
  readonly columns: number;
  /** Number of rows of cells. */
  readonly rows: number;
}

/** Images as points in a plane, with similar features close together. */
export interface EmbeddingMap {
  /** Method of the projection: `PCA` or `UMAP`. */
  readonly method: string;
  readonly axes: readonly [x: string, y: string];
  /** x and y of each image, image by image. */
  readonly places: Float32Array;
  /** Class or cluster of each image. */
  readonly groupOf: Int32Array;
  readonly groups: readonly string[];
  /** Whether groups are clusters of the features, since there are no labels. */
  readonly isClustered: boolean;
  readonly names: readonly string[];
  readonly pictures: MapPictures | null;
  /** A description of the map and what it depends on, in a message. */
  readonly about: string;
  /** Everything on which it depends, for the record. */
  readonly settings: Readonly<Record<string, Json>>;
}
