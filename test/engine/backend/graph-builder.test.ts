import { GraphBuilder } from '../../../src/engine/backend/graph-builder';
import { start } from '../../../src/engine';
import { currentEngine } from '../../../src/engine/current-engine';
import { dataTypes } from '../../../src/engine/native/data-types';

const { float32, int32, int64, string } = dataTypes;

let graph: GraphBuilder;
beforeAll(async () => {
  await start({ accelerator: 'cpu' });
});
beforeEach(() => {
  graph = new GraphBuilder(currentEngine().binding.library);
});
afterEach(() => {
  graph.dispose();
});

describe('constants of a graph', () => {
  it('are shared if shape, type and every bit are equal', () => {
    const first = graph.constant([2], float32, [1, 0.1]);
    expect(graph.constant([2], float32, new Float32Array([1, 0.1]))).toBe(first);
    expect(graph.constant([], int64, new Int32Array([5, 0]))).toBe(
      graph.constant([], int64, new BigInt64Array([5n])),
    );
    expect(graph.operations).toBe(2);
  });

  it('are separate if a type, a shape or the sign of a zero differs', () => {
    graph.constant([2], float32, [0, 0]);
    graph.constant([2], int32, [0, 0]);
    graph.constant([1, 2], float32, [0, 0]);
    graph.constant([2, 1], float32, [0, 0]);
    graph.constant([2], float32, [0, -0]);
    graph.constant([0], float32, []);
    graph.constant([1], string, [Buffer.from('a')]);
    graph.constant([1], string, [Buffer.from('b')]);
    expect(graph.operations).toBe(8);
  });

  it('are not compared if they are large', () => {
    const values = new Float32Array(17);
    expect(graph.constant([17], float32, values)).not.toBe(graph.constant([17], float32, values));
  });
});

it('a graph continues after an operation that TensorFlow rejected', () => {
  const two = graph.constant([2], float32, [1, 2]);
  const three = graph.constant([3], float32, [1, 2, 3]);
  expect(() => graph.operation('Add', [], [two, three], 1)).toThrow(
    'Dimensions must be equal, but are 2 and 3 for',
  );
  const [sum] = graph.operation('Add', [], [two, two], 1);
  expect(sum && graph.facts('Add', sum)).toEqual({ shape: [2], dtype: float32 });
});
