import * as tf from '@tensorflow/tfjs-core';
import { isInStep, offTape } from '../engine';
import { FulgurError, isNumberOf, numbers, valueKind, withArticle } from '../errors';
import { isEvaluating } from './evaluating';
import { Module } from './module';
import { copyOf } from './module-copy';
import { listNames } from './naming';
import { isWeight, turnIntoBuffer } from './parameter';
import { beginsUpdate } from './step-position';

/** A module that follows another one: it computes the same function with its own tensors, which no optimiser has. */
export type Teacher<M extends Module> = M & {
  /**
   * Moves each parameter towards the student's: `teacher = momentum · teacher + (1 − momentum) · student`. Call it in
   * `trainingStep`, before the teacher's forward pass. If an update takes several batches, it moves only in the first
   * of them. In the evaluations of a trainer it does nothing.
   * @param momentum from 0 (take the student's values) to 1 (no change): a number, or a scalar of the step as returned
   *   by `scheduled`.
   * @throws FulgurError `module` if the student has other tensors than when the teacher was made.
   */
  follow(momentum: number | tf.Scalar): void;
};

/** Options of `nn.teacher`. */
export interface TeacherOptions<M extends Module> {
  /**
   * How `follow` treats buffers, such as batch norm's running statistics: `own` (default, as in lightly's methods)
   * leaves them to the teacher's own forward passes, `copy` takes the student's, `average` moves them like parameters.
   * Whole numbers are copied where others are averaged.
   */
  readonly buffers?: 'own' | 'copy' | 'average';
  /** Builds a module like the student, if it cannot be copied. It receives the student's values. */
  readonly build?: () => M;
}

interface Following {
  readonly student: Module;
  readonly buffers: 'own' | 'copy' | 'average';
}

// Kept outside the module: its fields are searched, and would give the student's tensors a second name.
const followings = new WeakMap<object, Following>();

/**
 * Returns a teacher: a copy of a module with the same names and values, and a method `follow()`. Its tensors are
 * buffers: saved with the model, not among `parameters()`, and unaffected by optimisers, `freeze()` and `unfreeze()`.
 * Its outputs have no gradient. It starts in the student's mode, and `train()` and `eval()` apply to it as to any other
 * part of the model.
 *
 * Matches lightly's `update_momentum` on a `copy.deepcopy` with `deactivate_requires_grad`.
 *
 * Source: Tarvainen and Valpola, "Mean teachers are better role models" (2017).
 *
 * @param student a complete module; the teacher has the tensors that the student has now.
 * @throws FulgurError `module` for a module that cannot be copied, and inside a compiled step.
 *
 * @example
 * readonly backbone = nn.resnet18({ head: 'none' });
 * readonly backboneMomentum = nn.teacherOf(this.backbone);
 * // in trainingStep
 * this.backboneMomentum.follow(0.996);
 * const targets = this.backboneMomentum.forward(view);
 */
export function teacherOf<M extends Module>(student: M, options: TeacherOptions<M> = {}): Teacher<M> {
  requireStudent(student);
  const { buffers = 'own', build } = options;
  requireBufferRule(buffers);
  const teacher = build === undefined ? copyOf(student) : built(student, build);
  takeModes(teacher, student);
  for (const part of teacher.modules()) withoutGradients(part);
  Object.setPrototypeOf(
    teacher,
    Object.create(Object.getPrototypeOf(teacher) as object, {
      follow: { value: follow, configurable: true, writable: true },
    }) as object,
  );
  followings.set(teacher, { student, buffers });
  return teacher as Teacher<M>;
}

/**
 * Sets teachers in a model to their students' values, including buffers: after initial weights were loaded into the
 * student.
 * @param restarts selects teachers (default: all), such as those for which the weights contain nothing.
 */
export function restartTeachers(model: Module, restarts: (teacher: Module) => boolean = () => true): void {
  for (const module of model.modules()) {
    const following = followings.get(module);
    if (following !== undefined && restarts(module)) takeOver(module, following.student);
  }
}

/** The method `follow` of a teacher. */
function follow(this: Module, momentum: number | tf.Scalar): void {
  const following = followings.get(this);
  if (following === undefined || isEvaluating() || !beginsUpdate()) return;
  const { student, buffers } = following;
  requireMomentum(this, momentum);
  const pairs = pairsOf(this, student);
  offTape(() => {
    tf.tidy(() => {
      const share = typeof momentum === 'number' ? 1 - momentum : tf.sub(1, momentum);
      for (const [own, source] of pairs) {
        if (!isWeight(own) && buffers === 'own') continue;
        const isCopied = own.dtype !== 'float32' || (!isWeight(own) && buffers === 'copy');
        own.assign(isCopied ? tf.clone(source) : tf.add(tf.mul(own, momentum), tf.mul(source, share)));
      }
    });
  });
}

function built(student: Module, build: () => unknown): Module {
  const teacher: unknown = build();
  if (!(teacher instanceof Module)) throw madeNone(teacher);
  const theirs = new Set<tf.Variable>(student.namedVariables().values());
  const shared = [...teacher.namedVariables()].filter(([, variable]) => theirs.has(variable));
  if (shared.length > 0) {
    const names = shared.map(([name]) => name);
    throw new FulgurError('module', {
      what: `build of teacherOf returned ${withArticle(teacher.constructor.name)} that has tensors of the student: ${listNames(names, [...teacher.namedVariables().keys()])}.`,
      why: 'A teacher needs its own tensors.',
      fix: 'Let build create new parts.',
    });
  }
  takeOver(teacher, student);
  for (const variable of teacher.namedVariables().values()) turnIntoBuffer(variable);
  return teacher;
}

function madeNone(made: unknown): FulgurError {
  return new FulgurError('module', {
    what: `build of teacherOf returned ${valueKind(made)} instead of a module.`,
    why:
      made === undefined ? 'A function with braces returns nothing without a return statement.' : undefined,
    fix: 'Let it return a module like the student: { build: () => new TheModule(...) }.',
  });
}

function takeOver(teacher: Module, student: Module): void {
  tf.tidy(() => {
    for (const [own, source] of pairsOf(teacher, student)) own.assign(tf.clone(source));
  });
}

function missesPrivate(module: Module, cause: Error): FulgurError {
  const { name } = module.constructor;
  return new FulgurError('module', {
    what: `A teacher lacks private members of ${name}: ${cause.message}.`,
    why: 'A constructor adds them, but a copy is made without one.',
    fix: `Tell teacherOf how to build another one: { build: () => new ${name}(...) }.`,
    cause,
  });
}

function takeModes(teacher: Module, student: Module): void {
  const parts = teacher.namedModules();
  // Setting a mode sets that of all descendants, so owners come first.
  for (const [name, { training }] of student.namedModules()) parts.get(name)?.train(training);
}

/**
 * Shadows a module's own methods with ones whose results have no gradient: `forward` and all other methods of its
 * classes beyond those of `Module`, and functions in its fields.
 */
function withoutGradients(module: Module): void {
  const prototype = Object.getPrototypeOf(module) as Module;
  const properties: PropertyDescriptorMap = {};
  for (let level = prototype; level !== Module.prototype; level = Object.getPrototypeOf(level) as Module) {
    for (const key of Reflect.ownKeys(level)) {
      const own = Object.getOwnPropertyDescriptor(level, key);
      if (own === undefined || key in properties || key in Module.prototype) continue;
      properties[key as string] = detached(own);
    }
  }
  Object.setPrototypeOf(module, Object.create(prototype, properties) as object);
  // A module that was built may have functions in fields, which a copy does not have.
  for (const [key, own] of Object.entries(Object.getOwnPropertyDescriptors(module))) {
    if (own.configurable === true && typeof own.value === 'function')
      Object.defineProperty(module, key, detached(own));
  }
}

/** A property whose function, or getter, runs off the tape. */
function detached(own: PropertyDescriptor): PropertyDescriptor {
  const value: unknown = own.value;
  if (typeof value === 'function') return { ...own, value: withoutGradient(value) };
  return own.get === undefined ? own : { ...own, get: withoutGradient(own.get) as () => unknown };
}

function withoutGradient(method: object): object {
  return new Proxy(method as (this: Module, ...inputs: unknown[]) => unknown, {
    apply: (target, self: Module, inputs: unknown[]): unknown => {
      try {
        return offTape(() => target.apply(self, inputs));
      } catch (error) {
        // Compilers emulate #private members of older JavaScript in ways that the source does not show.
        if (error instanceof TypeError && /\bprivate\b/i.test(error.message))
          throw missesPrivate(self, error);
        throw error;
      }
    },
  });
}

/** Pairs each tensor of the teacher, once, with the student's tensor of the same name. */
function pairsOf(teacher: Module, student: Module): Map<tf.Variable, tf.Variable> {
  const own = teacher.namedVariables();
  const theirs = student.namedVariables();
  const all = [...new Set([...own.keys(), ...theirs.keys()])];
  const differing = all.filter((name) => formOf(own.get(name)) !== formOf(theirs.get(name)));
  if (differing.length > 0) {
    const kind = withArticle(student.constructor.name);
    throw new FulgurError('module', {
      what: `A teacher and its student, ${kind}, do not have the same tensors: ${listNames(differing, all)}.`,
      why: 'A teacher has those that the student had when the teacher was made.',
      fix: 'Complete the student before teacherOf, and let build create a module with the same tensors.',
    });
  }
  const pairs = new Map<tf.Variable, tf.Variable>();
  for (const [name, variable] of own) {
    const source = theirs.get(name);
    if (source !== undefined && !pairs.has(variable)) pairs.set(variable, source);
  }
  return pairs;
}

function formOf(variable: tf.Variable | undefined): string {
  return variable === undefined ? 'none' : `${variable.dtype} ${variable.shape.join(' ')}`;
}

function requireStudent(student: unknown): asserts student is Module {
  if (isInStep()) {
    throw new FulgurError('module', {
      what: 'teacherOf was called inside a compiled step.',
      why: 'The teacher would be created again at every trace and lost at its end.',
      fix: 'Keep it in a field of the model: readonly teacher = nn.teacherOf(this.student).',
    });
  }
  if (!(student instanceof Module)) {
    throw new FulgurError('module', {
      what: `teacherOf got ${valueKind(student)} instead of a module.`,
      fix: 'Pass it the student, and declare the student above its teacher.',
    });
  }
  const inner = [...student.namedModules()].find(([name, part]) => name !== '' && followings.has(part));
  if (inner === undefined) return;
  throw new FulgurError('module', {
    what: `teacherOf cannot copy ${withArticle(student.constructor.name)}: it contains a teacher, '${inner[0]}'.`,
    why: 'The copy of that teacher would not know which student to follow.',
    fix: 'Keep teachers beside their students, in the model, and not in them.',
  });
}

function requireBufferRule(buffers: unknown): void {
  const rules: readonly unknown[] = ['own', 'copy', 'average'];
  if (rules.includes(buffers)) return;
  throw new FulgurError('module', {
    what: `teacherOf got buffers ${valueKind(buffers)}.`,
    fix: "Use 'own', 'copy' or 'average'.",
  });
}

function requireMomentum(teacher: Module, momentum: number | tf.Scalar): void {
  const isFine =
    typeof momentum === 'number'
      ? isNumberOf(numbers.share, momentum)
      : momentum instanceof tf.Tensor && momentum.rank === 0;
  if (isFine) return;
  throw new FulgurError('module', {
    what: `follow() of the teacher ${teacher.constructor.name} got the momentum ${valueKind(momentum)}.`,
    fix: 'Pass a number from 0 to 1, or a scalar of the step: this.scheduled(...).',
  });
}
