import type { Parameter } from './parameter';

/**
 * The parameters of a module with their state-dict names, as optimisers expect them. Iteration yields the parameters;
 * `entries()` yields names as well.
 */
export class ParameterList implements Iterable<Parameter> {
  readonly #byName: ReadonlyMap<string, Parameter>;

  constructor(byName: ReadonlyMap<string, Parameter>) {
    this.#byName = byName;
  }

  get length(): number {
    return this.#byName.size;
  }

  [Symbol.iterator](): Iterator<Parameter> {
    return this.#byName.values();
  }

  /** Returns pairs of name and parameter, in the order of declaration. */
  entries(): [name: string, parameter: Parameter][] {
    return [...this.#byName];
  }

  /**
   * Returns the parameters that pass the test, under the same names: for groups with separate options.
   *
   * @example
   * const all = model.parameters();
   * optim.sgd([{ parameters: all.filter((p) => p.rank > 1), weightDecay: 1e-4 }, { parameters: all.filter((p) => p.rank <= 1) }], …)
   */
  filter(test: (parameter: Parameter, name: string) => boolean): ParameterList {
    return new ParameterList(new Map(this.entries().filter(([name, parameter]) => test(parameter, name))));
  }
}
