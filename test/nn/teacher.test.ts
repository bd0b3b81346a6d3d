import * as tf from '@tensorflow/tfjs-core';
import { compile, liveCounts, start, stepInput } from '../../src/engine';
import * as nn from '../../src/nn';
import { privateMembersOf } from '../../src/nn/private-members';

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
  readonly layers: nn.Sequential;

  constructor(width = 4) {
    super();
    this.layers = new nn.Sequential(
      new nn.Linear(3, width),
      new nn.BatchNorm1d(width),
      new nn.ReLU(),
      new nn.Linear(width, 2),
    );
  }

  forward(x: tf.Tensor2D): tf.Tensor2D {
    return this.layers.forward(x) as tf.Tensor2D;
  }
}

class Doubling extends nn.Module {
  readonly linear = new nn.Linear(3, 3);
  readonly scale = nn.parameter(tf.scalar(1));

  protected last: tf.Tensor2D | null = null;

  get squared(): tf.Tensor2D {
    return tf.square(this.last ?? tf.zeros([2, 3]));
  }

  twice(x: tf.Tensor2D): tf.Tensor2D {
    return tf.mul(x, 2);
  }

  forward(x: tf.Tensor2D): tf.Tensor2D {
    return this.linear.forward(x);
  }
}

class Residual extends Doubling {
  shifted(x: tf.Tensor2D): tf.Tensor2D {
    return x;
  }

  embed(x: tf.Tensor2D): tf.Tensor2D {
    this.last = x;
    return tf.add(super.forward(x), x);
  }

  override forward(x: tf.Tensor2D): tf.Tensor2D {
    return this.embed(x);
  }
}

class Shifting extends Residual {
  override shifted = (x: tf.Tensor2D): tf.Tensor2D => tf.add(x, 1);
}

class Pair<M extends nn.Module> extends nn.Module {
  readonly teacher: nn.Teacher<M>;

  constructor(
    readonly student: M,
    options: nn.TeacherOptions<M> = {},
  ) {
    super();
    this.teacher = nn.teacherOf(this.student, options);
  }

  forward(): void {
    // Its parts are called.
  }
}

function pair(options: nn.TeacherOptions<Mlp> = {}): Pair<Mlp> {
  return owned(new Pair(new Mlp(), options));
}

/** The values of a module's tensor, all of them equal, as one. */
function valueOf(module: nn.Module, name: string): number | undefined {
  const values = new Set(module.namedVariables().get(name)?.dataSync());
  return values.size === 1 ? [...values][0] : undefined;
}

function fill(module: nn.Module, value: number): void {
  tf.tidy(() => {
    for (const variable of new Set(module.namedVariables().values())) {
      variable.assign(tf.fill(variable.shape, value, variable.dtype));
    }
  });
}

function outputOf(module: Mlp): number[] {
  return tf.tidy(() => [...module.forward(tf.tensor2d([1, 2, 3, 4, 5, 7], [2, 3])).dataSync()]);
}

describe('a teacher', () => {
  it('is a copy: the names, values and layers of its student, and tensors of its own', () => {
    const { student, teacher } = pair();
    expect([...teacher.stateDict()]).toEqual([...student.stateDict()]);
    expect(teacher).toBeInstanceOf(Mlp);
    expect(teacher.layers[0]).toBeInstanceOf(nn.Linear);
    expect(outputOf(teacher)).toEqual(outputOf(student));
    fill(student, 5);
    expect(valueOf(teacher, 'layers.0.weight')).not.toBe(5);
  });

  it('has buffers only, with the layout and the rank rule of their sources, which nothing trains', () => {
    const model = pair();
    const { student, teacher } = model;
    expect([...model.namedParameters().keys()].filter((name) => name.startsWith('teacher'))).toEqual([]);
    expect([...teacher.namedBuffers().keys()]).toEqual([...student.namedVariables().keys()]);
    model.unfreeze();
    expect([...teacher.namedBuffers().values()].map(({ trainable }) => trainable)).not.toContain(true);
    for (const [name, source] of student.namedVariables()) {
      const own = teacher.namedBuffers().get(name) as nn.Buffer;
      expect([nn.layoutOf(own), nn.rankRuleOf(own), nn.isWeight(own)]).toEqual([
        nn.layoutOf(source),
        nn.rankRuleOf(source),
        nn.isParameter(source),
      ]);
    }
  });

  it.each([
    [false, 'own', 3, 7],
    [false, 'copy', 1, 1],
    [false, 'average', 2.5, 1],
    [true, 'own', 3, 7],
    [true, 'copy', 1, 1],
    [true, 'average', 2.5, 1],
  ] as const)('follows (eager: %s), and buffers as said: %s', async (eager, buffers, mean, batches) => {
    const { student, teacher } = pair({ buffers });
    fill(student, 1);
    fill(teacher, 3);
    tf.tidy(() =>
      teacher.namedVariables().get('layers.1.num_batches_tracked')?.assign(tf.scalar(7, 'int32')),
    );
    const momenta = [0.75, 1];
    const step = compile(() => teacher.follow(stepInput(() => momenta.shift() ?? 0)), {
      ...{ name: 'follow', eager },
    });
    await step();
    expect(valueOf(teacher, 'layers.0.weight')).toBe(2.5);
    expect(valueOf(teacher, 'layers.1.bias')).toBe(2.5);
    expect(valueOf(teacher, 'layers.1.running_mean')).toBe(mean);
    expect(valueOf(teacher, 'layers.1.num_batches_tracked')).toBe(batches);
    await step();
    expect(valueOf(teacher, 'layers.0.weight')).toBe(2.5);
    expect(valueOf(student, 'layers.0.weight')).toBe(1);
    step.dispose();
    teacher.follow(0);
    expect(valueOf(teacher, 'layers.0.weight')).toBe(1);
  });

  it('follows with the bits of float32 in a bf16-mixed step that uses it', async () => {
    const steps = ['32-true', 'bf16-mixed'] as const;
    const bits: unknown[] = [];
    const outputs: unknown[] = [];
    for (const precision of steps) {
      const { student, teacher } = pair();
      tf.tidy(() => {
        for (const [at, variables] of [student, teacher].map((each) => each.namedVariables()).entries()) {
          for (const variable of variables.values()) {
            if (variable.dtype === 'float32')
              variable.assign(tf.randomUniform(variable.shape, 0.1, 1, 'float32', 7 + at));
          }
        }
      });
      const x = tf.randomUniform<tf.Rank.R2>([8, 3], -1, 1, 'float32', 5);
      const step = compile(
        () => {
          teacher.follow(0.99);
          return tf.mean(tf.matMul(teacher.forward(x), student.forward(x), false, true));
        },
        { name: 'step', precision },
      );
      outputs.push(await step());
      step.dispose();
      x.dispose();
      bits.push(
        ['0.weight', '0.bias', '1.weight', '3.weight'].map(
          (name) => teacher.stateDict().get(`layers.${name}`)?.data,
        ),
      );
    }
    expect(outputs[1]).not.toBe(outputs[0]);
    expect(bits[1]).toEqual(bits[0]);
  });

  it('computes without a gradient, as does each part of it', () => {
    const { student, teacher } = pair();
    const x = tf.ones<tf.Rank.R2>([4, 3]);
    const loss = (): tf.Scalar =>
      tf.tidy(() => tf.mean(tf.mul(student.forward(x), teacher.forward(tf.mul(x, 3)))));
    const { value, grads } = tf.variableGrads(loss);
    expect(Object.keys(grads)).toHaveLength(6);
    tf.dispose([value, grads]);
    for (const run of [
      (input: tf.Tensor2D) => teacher.forward(input),
      (input: tf.Tensor2D) => (teacher.layers[0] as nn.Linear).forward(input),
    ]) {
      expect(() => tf.grad((input) => run(input as tf.Tensor2D))(x)).toThrow(
        'Cannot compute gradient of y=f(x) with respect to x.',
      );
    }
    x.dispose();
  });

  it.each<[string, (module: Residual, x: tf.Tensor2D) => tf.Tensor2D]>([
    ['forward', (module, x) => module.forward(x)],
    ['another method', (module, x) => module.embed(x)],
    ['an inherited method', (module, x) => module.twice(x)],
    ['a getter', (module, x) => (module.forward(x), module.squared)],
    ['a function in a field', (module, x) => module.shifted(x)],
  ])('computes without a gradient in %s', (what, run) => {
    const isBuilt = what === 'a function in a field';
    const student = owned(isBuilt ? new Shifting() : new Residual());
    const teacher = owned(nn.teacherOf(student, isBuilt ? { build: () => new Shifting() } : {}));
    const x = tf.tensor2d([1, 2, 3, 4, 5, 7], [2, 3]);
    const gradientOf = (module: Residual): number[] =>
      tf.tidy(() => {
        // The student's features are given to the teacher; without it their gradient is 2.
        const loss = (): tf.Scalar => {
          const z = tf.mul<tf.Tensor2D>(x, student.scale);
          return tf.sum(tf.add(tf.mul(z, 2), tf.square(run(module, z))));
        };
        const { grads } = tf.variableGrads(loss, [student.scale]);
        return [...(grads[student.scale.name]?.dataSync() ?? [])];
      });
    expect(gradientOf(teacher)).toEqual([2 * (1 + 2 + 3 + 4 + 5 + 7)]);
    expect(gradientOf(student)).not.toEqual(gradientOf(teacher));
    tf.tidy(() => {
      expect([...run(teacher, x).dataSync()]).toEqual([...run(student, x).dataSync()]);
    });
    x.dispose();
  });

  it('keeps running statistics of its own', () => {
    const { student, teacher } = pair();
    outputOf(teacher);
    expect(valueOf(teacher, 'layers.1.num_batches_tracked')).toBe(1);
    expect(valueOf(student, 'layers.1.num_batches_tracked')).toBe(0);
  });

  it('starts in the modes of its student, and takes part in train() and eval()', () => {
    const student = owned(new Mlp());
    student.layers[1]?.eval();
    const model = owned(new Pair(student));
    const modes = (): boolean[] => model.teacher.modules().map(({ training }) => training);
    expect(modes()).toEqual([true, true, true, false, true, true]);
    model.eval();
    expect(modes()).not.toContain(true);
    model.train();
    expect(modes()).not.toContain(false);
    model.teacher.eval();
    expect(student.modules().map(({ training }) => training)).not.toContain(false);
  });

  it('follows a frozen student', () => {
    const { student, teacher } = pair();
    student.freeze();
    fill(student, 1);
    fill(teacher, 3);
    teacher.follow(0.5);
    expect(valueOf(teacher, 'layers.0.weight')).toBe(2);
  });

  it('stays where it is in an evaluation', () => {
    const { student, teacher } = pair();
    fill(student, 1);
    fill(teacher, 3);
    nn.whileEvaluating(() => teacher.follow(0.5));
    expect(valueOf(teacher, 'layers.0.weight')).toBe(3);
  });

  it('may have a teacher', () => {
    const first = pair();
    const second = owned(new Pair<nn.Teacher<Mlp>>(first.teacher));
    fill(first.student, 1);
    fill(first.teacher, 3);
    fill(second.teacher, 7);
    first.teacher.follow(0.5);
    second.teacher.follow(0.5);
    expect(valueOf(second.teacher, 'layers.0.weight')).toBe(4.5);
    expect(valueOf(second.teacher, 'layers.1.running_mean')).toBe(7);
    expect(second.namedParameters().size).toBe(0);
  });

  it('keeps what its student has twice as one, and moves it once', () => {
    class Tied extends nn.Module {
      readonly first = new nn.Linear(2, 2);
      readonly again = [this.first, { note: 'plain', of: [1, 2] }] as const;
      readonly sizes = new Float32Array([1, 2]);

      forward(): void {
        // It is only copied.
      }
    }
    const { student, teacher } = owned(new Pair(new Tied()));
    expect(teacher.again[0]).toBe(teacher.first);
    expect(teacher.again[1]).toEqual({ note: 'plain', of: [1, 2] });
    expect(teacher.again[1]).not.toBe(student.again[1]);
    expect(teacher.sizes).not.toBe(student.sizes);
    fill(student, 1);
    fill(teacher, 3);
    teacher.follow(0.5);
    expect(valueOf(teacher, 'again.0.weight')).toBe(2);
  });

  it('is saved and loaded with the model, under its own name', () => {
    const [one, other] = [pair(), pair()];
    fill(one.teacher, 3);
    other.loadStateDict(one.stateDict());
    expect([...other.stateDict()]).toEqual([...one.stateDict()]);
    const withoutTeacher = new Map(
      [...one.stateDict()].filter(([name]) => !name.startsWith('teacher.layers.0.')),
    );
    expect(() => other.loadStateDict(withoutTeacher)).toThrow(
      'The state does not fit Pair: missing: teacher.layers.0.weight, teacher.layers.0.bias. Nothing was changed. ' +
        'Load the state of the same model, or pass { strict: false } to skip missing and unexpected keys.',
    );
  });

  it('starts again from a student into which weights were loaded', () => {
    const model = pair();
    fill(model.student, 2);
    nn.restartTeachers(model);
    expect([...model.teacher.stateDict()]).toEqual([...model.student.stateDict()]);
  });
});

describe('a teacher that cannot be a copy', () => {
  class Secret extends Mlp {
    static #made = 0;
    readonly #scale = 2;

    override forward(x: tf.Tensor2D): tf.Tensor2D {
      Secret.#made += 1; // Not of an instance.
      return tf.mul(super.forward(x), Secret.#made > 0 ? this.#scale : 1);
    }
  }

  it('is rejected, with the solution', () => {
    const cases: [string, unknown, string][] = [
      ['scale', () => 1, 'a function'],
      ['scale', Math.max, 'a function'],
      ['options', { rules: [new (class Clock {})()] }, 'an object of class Clock'],
    ];
    for (const [field, value, what] of cases) {
      const student = Object.assign(new nn.ReLU(), { [field]: value });
      expect(() => nn.teacherOf(student)).toThrow(
        `teacherOf cannot copy field '${field}' of ReLU, ${what}. ` +
          'It may refer to the module that is copied, and the teacher would compute with that. ' +
          'Tell teacherOf how to build the module again: { build: () => new TheModule(...) }.',
      );
    }
    const withGetter = Object.defineProperty(new nn.ReLU(), 'own', { get: () => 1, enumerable: true });
    expect(() => nn.teacherOf(withGetter)).toThrow(
      "teacherOf cannot copy field 'own' of ReLU, a getter or setter.",
    );
    expect(() => nn.teacherOf(owned(new (class extends Secret {})()))).toThrow(
      'teacherOf cannot copy a Secret: it has the #private member #scale. ' +
        'Only a constructor can add #private members to an object. ' +
        "Make it 'private' of TypeScript, or tell teacherOf how to build another one: { build: () => new Secret(...) }.",
    );
  });

  it('is rejected at its first use if a compiler has hidden its private members', () => {
    const scales = new WeakMap<object, number>();
    class Hidden extends nn.ReLU {
      constructor() {
        super();
        scales.set(this, 2);
      }

      override forward<T extends tf.Tensor>(x: T): T {
        // As TypeScript's helper does.
        if (!scales.has(this))
          throw new TypeError('Cannot read private member from an object whose class did not declare it');
        return x;
      }
    }
    const x = tf.scalar(1);
    expect(() => nn.teacherOf(new Hidden()).forward(x)).toThrow(
      'A teacher lacks private members of Hidden: Cannot read private member from an object whose class did not declare it. ' +
        'A constructor adds them, but a copy is made without one. ' +
        'Tell teacherOf how to build another one: { build: () => new Hidden(...) }.',
    );
    expect(nn.teacherOf(new Hidden(), { build: () => new Hidden() }).forward(x)).toBe(x);
    x.dispose();
  });

  it('leaves nothing behind if it is rejected', () => {
    const student = owned(
      new nn.Sequential(new nn.Linear(2, 2), Object.assign(new nn.ReLU(), { own: () => 1 })),
    );
    const live = liveCounts();
    expect(() => nn.teacherOf(student)).toThrow("teacherOf cannot copy field 'own' of ReLU");
    expect(liveCounts()).toEqual(live);
  });

  it('is built instead, with the values, modes and rules of a copy', () => {
    const student = owned(new Secret());
    student.layers[1]?.eval();
    const model = owned(new Pair(student, { build: () => new Secret() }));
    const { teacher } = model;
    expect([...teacher.stateDict()]).toEqual([...student.stateDict()]);
    expect(teacher.modules().map(({ training }) => training)).toEqual(
      student.modules().map(({ training }) => training),
    );
    expect(model.parameters()).toHaveLength(6);
    expect([...teacher.namedBuffers().values()].map(({ trainable }) => trainable)).not.toContain(true);
    expect(outputOf(teacher)).toEqual(outputOf(student));
    fill(student, 1);
    fill(teacher, 3);
    teacher.follow(0.5);
    expect(valueOf(teacher, 'layers.0.weight')).toBe(2);
  });

  it('is rejected if build returns no new module, or one of another shape', () => {
    const student = owned(new Mlp());
    expect(() => nn.teacherOf(student, { build: () => student })).toThrow(
      'build of teacherOf returned a Mlp that has tensors of the student: layers.* (9). ' +
        'A teacher needs its own tensors. Let build create new parts.',
    );
    const wide = owned(new Mlp(5));
    expect(() => nn.teacherOf(student, { build: () => wide })).toThrow(
      'A teacher and its student, a Mlp, do not have the same tensors: layers.0.* (2), layers.1.weight, layers.1.bias, ' +
        'layers.1.running_mean, layers.1.running_var and layers.3.weight. ' +
        'A teacher has those that the student had when the teacher was made. ' +
        'Complete the student before teacherOf, and let build create a module with the same tensors.',
    );
  });
});

describe('teacherOf', () => {
  it('reports that a student does not exist yet', () => {
    const early = undefined as unknown as Mlp;
    expect(() => nn.teacherOf(early)).toThrow(
      'teacherOf got undefined instead of a module. Pass it the student, and declare the student above its teacher.',
    );
  });

  it.each([false, true])('cannot be used in steps (eager: %s)', async (eager) => {
    const student = owned(new Mlp());
    const step = compile(() => void nn.teacherOf(student), { name: 'step', eager });
    await expect(step()).rejects.toThrow(
      'teacherOf was called inside a compiled step. The teacher would be created again at every trace and lost at its end. ' +
        'Keep it in a field of the model: readonly teacher = nn.teacherOf(this.student).',
    );
    step.dispose();
  });

  it('does not copy a teacher within a student', () => {
    const model = pair();
    expect(() => nn.teacherOf(model)).toThrow(
      "teacherOf cannot copy a Pair: it contains a teacher, 'teacher'. The copy of that teacher would not know which student to follow. " +
        'Keep teachers beside their students, in the model, and not in them.',
    );
  });

  it('lets follow() report a changed student and an invalid momentum', () => {
    const { student, teacher } = pair();
    owned(student.layers[3] as nn.Linear);
    Object.assign(student.layers, { 3: new nn.Linear(4, 5) });
    expect(() => teacher.follow(0.5)).toThrow(
      'A teacher and its student, a Mlp, do not have the same tensors: layers.3.* (2). ' +
        'A teacher has those that the student had when the teacher was made. ' +
        'Complete the student before teacherOf, and let build create a module with the same tensors.',
    );
    for (const momentum of [-0.1, 1.5, NaN]) {
      expect(() => teacher.follow(momentum)).toThrow(
        `follow() of the teacher Mlp got the momentum ${momentum}. ` +
          'Pass a number from 0 to 1, or a scalar of the step: this.scheduled(...).',
      );
    }
  });
});

it.each<[string, () => nn.Module & { forward(x: tf.Tensor): tf.Tensor }, number[]]>([
  ['a ResNet', () => nn.resnet18({ width: 4, classes: 3 }), [2, 32, 32, 3]],
  ['a backbone', () => nn.resnet50({ head: 'none', stem: 'cifar', width: 4 }), [2, 16, 16, 3]],
  [
    'a ViT of another image size',
    () => nn.vitTiny({ patchSize: 8, imageSize: 16, head: 'none' }),
    [2, 32, 32, 3],
  ],
  ["DINO's head", () => new nn.DINOProjectionHead(8, 6, 4, 5), [4, 8]],
  ["SwaV's prototypes", () => new nn.SwaVPrototypes(8, 5), [4, 8]],
  ["BYOL's head", () => new nn.BYOLProjectionHead(8, 6, 4), [4, 8]],
])('%s has a teacher, which computes the same, compiled and not', async (_, build, shape) => {
  const student = owned(build());
  const teacher = owned(nn.teacherOf(student));
  const x = tf.randomUniform(shape, -1, 1, 'float32', 3);
  for (const eager of [true, false]) {
    for (const mode of [true, false]) {
      student.train(mode);
      teacher.train(mode);
      const step = compile(() => ({ own: student.forward(x), its: teacher.forward(x) }), {
        name: 'step',
        eager,
      });
      const { own, its } = await step();
      expect([...its.dataSync()]).toEqual([...own.dataSync()]);
      tf.dispose([own, its]);
      step.dispose();
    }
  }
  x.dispose();
});

it('no layer of nn has #private members, so that each can be copied', () => {
  const classes = Object.values(nn).filter(
    (value): value is typeof nn.ReLU => typeof value === 'function' && value.prototype instanceof nn.Module,
  );
  expect(classes.length).toBeGreaterThan(20);
  for (const each of classes) expect(privateMembersOf(each.prototype)).toBeNull();
});
