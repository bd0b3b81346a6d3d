import type { ScatterGroup, ValueAxis } from '../../charts';

/** What the script of a map's page draws. */
export interface MapPageData {
  readonly x: ValueAxis;
  readonly y: ValueAxis;
  /** Points of x, y and the row of `names`. */
  readonly groups: readonly ScatterGroup[];
  readonly names: readonly string[];
  /** Cells of one picture, by row; `null` where there is none. */
  readonly pictures: {
    readonly cell: number;
    readonly columns: number;
    readonly rows: number;
    readonly url: string;
  } | null;
}
