/** A file of a checkpoint that is not what was written. */
export class Damage extends Error {
  constructor(
    readonly file: string,
    /** Completes a sentence that begins with the file: `has 12 bytes instead of 40`. */
    readonly finding: string,
  ) {
    super(`${file} ${finding}.`);
    this.name = 'Damage';
  }
}
