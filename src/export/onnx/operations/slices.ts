import type { GraphNode } from '../../../graph';
import { missingOperation } from '../../missing-operation';
import { numbersOf } from '../axes';
import type { Conversion, Converter } from '../conversion';
import { attribute } from '../node-attributes';

/** A limit beyond the end of every axis. */
const END = 2 ** 31 - 1;

/** Operations that extract a part. */
export const slices: Readonly<Record<string, Converter>> = {
  Slice: (node, to) => {
    const x = to.plain(to.input(node, 0));
    const rank = to.rankOf(to.input(node, 0));
    const begin = to.constantOf(to.input(node, 1));
    const size = to.constantOf(to.input(node, 2));
    const { graph } = to;
    const axes = graph.ints([...Array(rank).keys()], `${node.name}/axes`);
    if (begin !== null && size !== null) {
      const starts = numbersOf(begin);
      const ends = numbersOf(size).map((count, axis) => (count === -1 ? END : (starts[axis] ?? 0) + count));
      const bounds = [graph.ints(starts, `${node.name}/starts`), graph.ints(ends, `${node.name}/ends`)];
      to.set(node, graph.add('Slice', [x, ...bounds, axes], node.name));
      return;
    }
    const starts = to.int64(to.input(node, 1), `${node.name}/starts`);
    const sizes = to.int64(to.input(node, 2), `${node.name}/sizes`);
    const isOpen = graph.add('Equal', [sizes, graph.ints([-1], `${node.name}/open`)], `${node.name}/isOpen`);
    const closed = graph.add('Add', [starts, sizes], `${node.name}/closed`);
    const ends = graph.add(
      'Where',
      [isOpen, graph.ints([END], `${node.name}/end`), closed],
      `${node.name}/ends`,
    );
    to.set(node, graph.add('Slice', [x, starts, ends, axes], node.name));
  },
  StridedSlice: (node, to) => {
    const { parts, dropped, inserted } = partsOf(node, to);
    const { graph } = to;
    let name = to.plain(to.input(node, 0));
    if (parts.length > 0) {
      const list = (key: keyof Part): string =>
        graph.ints(
          parts.map((part) => part[key]),
          `${node.name}/${key}`,
        );
      name = graph.add(
        'Slice',
        [name, list('start'), list('end'), list('axis'), list('step')],
        `${node.name}/part`,
      );
    }
    if (dropped.length > 0) {
      name = graph.add(
        'Squeeze',
        [name, graph.ints(dropped, `${node.name}/dropped`)],
        `${node.name}/squeezed`,
      );
    }
    if (inserted.length > 0) {
      name = graph.add(
        'Unsqueeze',
        [name, graph.ints(inserted, `${node.name}/inserted`)],
        `${node.name}/wide`,
      );
    }
    to.set(node, graph.add('Identity', [name], node.name));
  },
  ReverseV2: (node, to) => {
    const axes = to.knownNumbers(node, 1);
    const { graph } = to;
    const all = (value: number, label: string): string =>
      graph.ints(
        axes.map(() => value),
        `${node.name}/${label}`,
      );
    const bounds = [
      all(-1, 'starts'),
      all(-END, 'ends'),
      graph.ints(axes, `${node.name}/axes`),
      all(-1, 'steps'),
    ];
    to.set(node, graph.add('Slice', [to.plain(to.input(node, 0)), ...bounds], node.name));
  },
};

interface Part {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** Resolves the masks of a strided slice: the range on each axis, and the axes that its result removes or adds. */
function partsOf(node: GraphNode, to: Conversion) {
  const [begin, end, strides] = [1, 2, 3].map((index) => to.knownNumbers(node, index));
  const mask = (name: string) => attribute(node, name, 'int', 0);
  const rank = to.rankOf(to.input(node, 0));
  const length = begin?.length ?? 0;
  const has = (name: string, place: number): boolean => (mask(name) & (1 << place)) !== 0;
  const places = [...Array(length).keys()];
  const news = places.filter((place) => has('new_axis_mask', place)).length;
  const ellipses = places.filter((place) => has('ellipsis_mask', place)).length;
  if (ellipses > 1) throw missingOperation(node, 'ONNX', 'It has two ellipses.');
  const parts: Part[] = [];
  const dropped: number[] = [];
  const inserted: number[] = [];
  let axis = 0;
  let out = 0;
  for (const place of places) {
    if (has('ellipsis_mask', place)) {
      const covered = rank - (length - 1 - news);
      axis += covered;
      out += covered;
    } else if (has('new_axis_mask', place)) {
      inserted.push(out++);
    } else {
      const start = begin?.[place] ?? 0;
      const step = strides?.[place] ?? 1;
      if (has('shrink_axis_mask', place)) {
        parts.push({ axis, start, end: start === -1 ? END : start + 1, step: 1 });
        dropped.push(axis);
      } else {
        const first = has('begin_mask', place) ? (step > 0 ? 0 : -1) : start;
        const last = has('end_mask', place) ? (step > 0 ? END : -END) : (end?.[place] ?? END);
        if (!(first === 0 && last === END && step === 1)) parts.push({ axis, start: first, end: last, step });
        out++;
      }
      axis++;
    }
  }
  return { parts, dropped, inserted };
}
