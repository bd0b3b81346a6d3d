import type { GraphOutput, NativePointer } from '../native/native-library';

/** The meaning of a tensor id: a value in native memory, or a symbol in a graph under construction. */
export type TableEntry =
  | { readonly kind: 'handle'; readonly handle: NativePointer }
  | {
      readonly kind: 'symbol';
      readonly output: GraphOutput;
      readonly trace: object;
      readonly constant: unknown;
    };

/** The ids that tfjs holds, and their meanings. */
export class TensorTable {
  readonly #entries = new Map<number, TableEntry>();
  #next = 0;
  #handles = 0;

  /** The number of values alive in native memory. */
  get handles(): number {
    return this.#handles;
  }

  get size(): number {
    return this.#entries.size;
  }

  add(entry: TableEntry): number {
    const id = this.#next++;
    this.#entries.set(id, entry);
    if (entry.kind === 'handle') this.#handles += 1;
    return id;
  }

  find(id: number): TableEntry | undefined {
    return this.#entries.get(id);
  }

  remove(id: number): TableEntry | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    this.#entries.delete(id);
    if (entry.kind === 'handle') this.#handles -= 1;
    return entry;
  }
}
