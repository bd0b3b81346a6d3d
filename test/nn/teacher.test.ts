import * as tf from '@tensorflow/tfjs-core';
import { compile, liveCounts, start, stepInput } from '../../src/engine';
import * as nn from '../../src/nn';

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
});

let modules: nn.Module[] = [];
/** Frees a module after its test. */
function owned<M extends nn.Module>(module: M): M {
  modules.push(module);
  return module;
}

let before: ReturnType<typeof liveCounts>;
beforeEach(() => {
  modules = [];
  before = liveCounts();
});
afterEach(() => {
  for (const module of modules) module.dispose();
  expect(liveCounts()).toEqual(before);
});

class Mlp extends nn.Module {
  readonly layers = new nn.Sequential(
    new nn.Linear(3, 4),
    new nn.BatchNorm1d(4),
    new nn.ReLU(),
    new nn.Linear(4, 2),
  );

  forward(x: tf.Tensor2D): tf.Tensor2D {
    return this.layers.forward(x) as tf.Tensor2D;
  }
}

class Model extends nn.Module {
  readonly student = new Mlp();
  readonly teacher: nn.Teacher<Mlp>;

  constructor(options: nn.TeacherOptions<Mlp> = {}) {
    super();
    this.teacher = nn.teacherOf(this.student, options);
  }

  forward(): void {
    // Its parts are called.
  }
}

const values = (variable: tf.Tensor | null | undefined): number[] => [...(variable?.dataSync() ?? [])];
const filled = (module: nn.Module, value: number): void => {
  tf.tidy(() => {
    for (const variable of module.namedVariables().values())
      variable.assign(tf.fill(variable.shape, value, variable.dtype));
  });
};

describe('a teacher', () => {
  it('is a copy with the names and values of its student', () => {
    const { student, teacher } = owned(new Model());
    expect([...teacher.stateDict()]).toEqual([...student.stateDict()]);
    expect(teacher).toBeInstanceOf(Mlp);
    expect(teacher.layers[0]).toBeInstanceOf(nn.Linear);
    expect(teacher.layers).not.toBe(student.layers);
    expect(tf.tidy(() => values(teacher.forward(tf.ones([2, 3]))))).toEqual(
      tf.tidy(() => values(student.forward(tf.ones([2, 3])))),
    );
  });

  it('has buffers only', () => {
    const model = owned(new Model());
    expect(model.parameters()).toHaveLength(6);
    expect(model.teacher.parameters()).toHaveLength(0);
    model.unfreeze();
    expect([...model.teacher.namedVariables().values()].some(({ trainable }) => trainable)).toBe(false);
    expect([...model.namedBuffers().keys()].filter((name) => name.startsWith('teacher.'))).toHaveLength(9);
  });

  it.each([false, true])('follows as lightly does (eager: %s)', async (eager) => {
    const { student, teacher } = owned(new Model());
    filled(student, 1);
    filled(teacher, 3);
    const step = compile(() => teacher.follow(stepInput(() => 0.75)), { name: 'follow', eager });
    await step();
    step.dispose();
    expect(values(teacher.namedVariables().get('layers.0.weight'))).toEqual(Array(12).fill(2.5));
    expect(values(teacher.namedVariables().get('layers.1.running_mean'))).toEqual(Array(4).fill(3));
    teacher.follow(1);
    expect(values(teacher.namedVariables().get('layers.0.weight'))).toEqual(Array(12).fill(2.5));
  });
});

describe('a queue', () => {
  it.each([false, true])('cuts a batch at its end, as lightly does (eager: %s)', async (eager) => {
    const queue = owned(new nn.FeatureQueue({ size: 5, features: 1 }));
    tf.tidy(() => queue.bank.assign(tf.zeros([5, 1])));
    const push = compile((rows: tf.Tensor2D) => queue.push(rows), { name: 'push', eager });
    const seen: unknown[] = [];
    for (const rows of [
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8, 9, 10, 11, 12, 13],
    ]) {
      const batch = tf.tensor2d(rows, [rows.length, 1]);
      await push(batch);
      batch.dispose();
      seen.push([values(queue.bank), values(queue.bankPtr)]);
    }
    push.dispose();
    expect(seen).toEqual([
      [[1, 2, 0, 0, 0], [2]],
      [[1, 2, 3, 4, 0], [4]],
      [[1, 2, 3, 4, 5], [0]],
      [[7, 8, 9, 10, 11], [0]],
    ]);
  });
});
