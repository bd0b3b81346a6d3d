import {
  compile,
  drawingAt,
  nn,
  optim,
  sameOnAllRanks,
  seedEverything,
  start,
  stepInput,
  tf,
} from '../../../src';
import type { DrawPlace } from '../../../src';

beforeAll(async () => {
  await start({ accelerator: 'cpu', seed: 1 });
});

beforeEach(() => {
  seedEverything(1);
});

const number = (): tf.Scalar => tf.randomUniform<tf.Rank.R0>([]);

describe.each([
  ['compiled', false],
  ['eager', true],
])('a step without a trainer, %s,', (_, eager) => {
  it('draws by its number, the updates so far and its calls since', async () => {
    const [first, second] = [compile(number, { name: 'a', eager }), compile(number, { name: 'b', eager })];
    const drawn = [await first(), await first(), await second()];
    nn.setRandomPosition(1);
    drawn.push(await first(), await second(), await first());
    expect(new Set(drawn).size).toBe(6);

    // A process that continues from update 1 has not made the calls before.
    seedEverything(1);
    const [again, other] = [compile(number, { name: 'a', eager }), compile(number, { name: 'b', eager })];
    nn.setRandomPosition(1);
    expect([await again(), await other(), await again()]).toEqual(drawn.slice(3));
  });

  it('does not disturb another one with its calls', async () => {
    const both = async (evaluates: boolean): Promise<number[]> => {
      seedEverything(1);
      const [train, evaluate] = [
        compile(number, { name: 'a', eager }),
        compile(number, { name: 'b', eager }),
      ];
      const drawn: number[] = [];
      for (let step = 0; step < 3; step++) {
        drawn.push(await train());
        if (evaluates) await evaluate();
      }
      return drawn;
    };
    expect(await both(true)).toEqual(await both(false));
  });

  it('is not disturbed by what stepInput reads, which is not a draw of it', async () => {
    const drawn = async (read: () => number): Promise<number[]> => {
      seedEverything(1);
      const step = compile(() => tf.stack([number(), stepInput(read), number()]), { name: 'a', eager });
      const values = [...(await step()).dataSync(), ...(await step()).dataSync()];
      return [0, 2, 3, 5, 1, 4].map((index) => values[index]!);
    };
    const plain = await drawn(() => 0);
    const drawing = await drawn(() => number().dataSync()[0]!);
    expect(drawing.slice(0, 4)).toEqual(plain.slice(0, 4));
    expect(new Set(drawing).size).toBe(6);
  });

  it('draws by its name, and what else is compiled meanwhile does not matter', async () => {
    const drawn = async (others: readonly string[]): Promise<number[]> => {
      seedEverything(1);
      const numbers: number[] = [];
      for (const name of [...others, 'a', 'a', 'b']) numbers.push(await compile(number, { name, eager })());
      return numbers.slice(others.length);
    };
    const alone = await drawn([]);
    expect(new Set(alone).size).toBe(3);
    expect(await drawn(['c', 'd', 'c'])).toEqual(alone);
  });

  it('never repeats draws if two optimisers take turns, and continues after both were restored', async () => {
    const build = () => {
      seedEverything(1);
      const [a, b] = [new nn.Linear(1, 1), new nn.Linear(1, 1)];
      const x = tf.ones<tf.Rank.R2>([1, 1]);
      const optimizers = [a, b].map((layer) => optim.sgd(layer.parameters(), { learningRate: 0.01 }));
      const steps = [a, b].map((layer, index) =>
        compile(
          () => {
            const drawn = number();
            optimizers[index]!.minimize(() => tf.sum<tf.Scalar>(tf.mul(layer.forward(x), drawn)));
            return drawn;
          },
          { name: `step ${index}`, eager },
        ),
      );
      return { optimizers, turn: async () => [await steps[0]!(), await steps[0]!(), await steps[1]!()] };
    };
    const whole = build();
    const drawn = [...(await whole.turn()), ...(await whole.turn())];
    const states = whole.optimizers.map((optimizer) => optimizer.state());
    const rest = await whole.turn();
    expect(new Set([...drawn, ...rest]).size).toBe(9);

    const resumed = build();
    resumed.optimizers.forEach((optimizer, index) => {
      optimizer.restore(states[index]!);
    });
    expect(await resumed.turn()).toEqual(rest);
  });

  it('draws what an uninterrupted loop draws, after its optimiser is restored', async () => {
    const build = () => {
      seedEverything(1);
      const layer = new nn.Linear(2, 2);
      const optimizer = optim.sgd(layer.parameters(), { learningRate: 0.1, momentum: 0.9 });
      const x = tf.ones<tf.Rank.R2>([4, 2]);
      const dropout = new nn.Dropout(0.5);
      const step = compile(
        () =>
          optimizer.minimize(() => {
            const noisy = tf.add<tf.Tensor2D>(dropout.forward(x), tf.randomNormal([4, 2]));
            return tf.mean<tf.Scalar>(tf.square(layer.forward(noisy)));
          }),
        { name: 'step', eager },
      );
      return { layer, optimizer, step };
    };
    const whole = build();
    const losses = [await whole.step(), await whole.step()];
    const [weights, state] = [whole.layer.stateDict(), whole.optimizer.state()];
    losses.push(await whole.step(), await whole.step());
    expect(new Set(losses).size).toBe(4);

    const resumed = build();
    resumed.layer.loadStateDict(weights);
    resumed.optimizer.restore(state);
    expect([await resumed.step(), await resumed.step()]).toEqual(losses.slice(2));
  });
});

describe('a step with a given place', () => {
  const at = (more: Partial<DrawPlace> = {}): DrawPlace => ({ purpose: 'step', position: [0, 0], ...more });

  it('draws by purpose, position and seed, whatever was drawn before', async () => {
    const step = compile(number);
    const places = [
      at(),
      at({ position: [1, 0] }),
      at({ position: [0, 1] }),
      at({ purpose: 'validation' }),
      at({ seed: 2 }),
    ];
    const drawn: number[] = [];
    for (const place of places) drawn.push(await drawingAt(place, () => step()));
    expect(new Set(drawn).size).toBe(places.length);
    for (const [index, place] of [...places.entries()].reverse()) {
      expect(await drawingAt(place, () => step())).toBe(drawn[index]);
    }
    expect(await drawingAt(at({ seed: 1 }), () => step())).toBe(drawn[0]);
    expect(await drawingAt(at(), () => compile(number, { eager: true })())).toBe(drawn[0]);
  });

  it('draws for it also where it is called after something was waited for, and while others are', async () => {
    const step = compile(number);
    const late = async (): Promise<number> => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return step();
    };
    const expected = await drawingAt(at(), () => step());
    const [first, second] = await Promise.all([
      drawingAt(at(), () => late()),
      drawingAt(at({ position: [3, 3] }), () => late()),
    ]);
    expect(first).toBe(expected);
    expect(second).not.toBe(expected);
  });

  it('is not disturbed by other functions that are called there', async () => {
    const [step, other] = [compile(number), compile(number, { name: 'other' })];
    const alone = await drawingAt(at(), () => step());
    const [first, second] = await drawingAt(at(), async () => [await other(), await step()]);
    expect(second).toBe(alone);
    expect(first).not.toBe(alone);
  });

  it('draws other numbers in its second call there', async () => {
    const step = compile(number);
    const [first, second] = await drawingAt(at(), async () => [await step(), await step()]);
    expect(first).not.toBe(second);
  });
});

it('draws shared by all ranks differ from those of one rank, compiled and eager', async () => {
  const run = (): tf.Tensor =>
    tf.stack([number(), sameOnAllRanks(number), number(), sameOnAllRanks(() => sameOnAllRanks(number))]);
  const all: number[][] = [];
  for (const eager of [false, true]) {
    seedEverything(1);
    const step = compile(run, { eager });
    for (let call = 0; call < 2; call++) all.push([...(await step()).dataSync()]);
  }
  expect(all.slice(2)).toEqual(all.slice(0, 2));
  expect(new Set(all.flat()).size).toBe(8);
});
