/** A decoded image. `data` contains `height * width * 3` RGB bytes, row by row. */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}
