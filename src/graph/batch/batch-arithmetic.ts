import { constantNode } from '../constant-node';
import type { GraphAttribute, GraphFacts, GraphNode, GraphValue } from '../frozen-graph';
import type { Affine } from './growing-constant';

const int32: GraphAttribute = { kind: 'type', value: 'int32' };
const scalar: GraphFacts = { dtype: 'int32', shape: [] };

/** Nodes that compute whole numbers from the batch size, each number once. */
export class BatchArithmetic {
  readonly #made = new Map<string, GraphValue>();
  readonly #fresh: GraphNode[] = [];

  /** @param input the images' placeholder, whose first dimension is the batch size. */
  constructor(
    private readonly input: GraphNode,
    private readonly rank: number,
  ) {}

  /** Returns the nodes made since the last call. */
  takeNodes(): GraphNode[] {
    return this.#fresh.splice(0);
  }

  /** `factor · batch + offset`, a scalar. */
  number({ factor, offset }: Affine): GraphValue {
    if (factor === 0) return this.#constant([], [offset]);
    return this.#once(`batch/times_${factor}_plus_${offset}`.replaceAll('-', 'minus_'), (name) => {
      const size = this.#size();
      const scaled =
        factor === 1
          ? size
          : this.#node(offset === 0 ? name : `${name}/Mul`, 'Mul', [size, this.#constant([], [factor])]);
      if (offset === 0) return scaled;
      return this.#node(name, 'AddV2', [scaled, this.#constant([], [offset])]);
    });
  }

  /** Several such numbers, `[n]`. */
  list(entries: readonly Affine[]): GraphValue {
    if (entries.every(({ factor }) => factor === 0)) {
      return this.#constant(
        [entries.length],
        entries.map(({ offset }) => offset),
      );
    }
    const words = entries.map(({ factor, offset }) => `${factor}x${offset}`.replaceAll('-', 'm'));
    return this.#once(`batch/list_${words.join('_')}`, (name) => {
      const inputs = entries.map((entry) => this.number(entry));
      const attributes = {
        N: { kind: 'int', value: inputs.length },
        axis: { kind: 'int', value: 0 },
      } as const;
      return this.#node(name, 'Pack', inputs, attributes, { dtype: 'int32', shape: [inputs.length] });
    });
  }

  #size(): GraphValue {
    return this.#once('batch/size', (name) => {
      const shape = this.#node(
        'batch/shape',
        'Shape',
        [{ node: this.input.name, output: 0 }],
        { T: { kind: 'type', value: this.input.outputs[0]?.dtype ?? 'float32' }, out_type: int32 },
        { dtype: 'int32', shape: [this.rank] },
      );
      const bounds = [[0], [1], [1]].map((values) => this.#constant([1], values));
      const masks = ['begin_mask', 'end_mask', 'ellipsis_mask', 'new_axis_mask'];
      return this.#node(name, 'StridedSlice', [shape, ...bounds], {
        Index: int32,
        ...Object.fromEntries(masks.map((mask) => [mask, { kind: 'int', value: 0 } as const])),
        shrink_axis_mask: { kind: 'int', value: 1 },
      });
    });
  }

  #constant(shape: readonly number[], values: readonly number[]): GraphValue {
    const kind = shape.length === 0 ? 'number' : 'list';
    const name = `batch/${kind}_${values.join('_')}`.replaceAll('-', 'm');
    return this.#once(name, () => {
      const node = constantNode(name, '', { dtype: 'int32', shape, values: Int32Array.from(values) });
      this.#fresh.push(node);
      return { node: name, output: 0 };
    });
  }

  #node(
    name: string,
    op: string,
    inputs: readonly GraphValue[],
    attributes: Readonly<Record<string, GraphAttribute>> = {},
    facts = scalar,
  ): GraphValue {
    this.#fresh.push({
      name,
      op,
      inputs,
      attributes: { T: int32, ...attributes },
      outputs: [facts],
      module: '',
    });
    return { node: name, output: 0 };
  }

  #once(key: string, make: (name: string) => GraphValue): GraphValue {
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const made = make(key);
    this.#made.set(key, made);
    return made;
  }
}
