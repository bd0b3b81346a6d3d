import type { ScatterGroup, ValueAxis } from '../../charts';

/** Data that the script of a map's page draws. */
export interface MapPageData {
  readonly x: ValueAxis;
  readonly y: ValueAxis;
  /** Points as x, y and the index in `names`. */
  readonly groups: readonly ScatterGroup[];
  readonly names: readonly string[];
  /** The grid of small pictures, by row; `null` if there is none. */
  readonly pictures: {
    readonly cell: number;
    readonly columns: number;
    readonly rows: number;
    readonly url: string;
  } | null;
}
