/** A decoded image. `data` holds RGB bytes row by row, `height * width * 3` of them. */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}
