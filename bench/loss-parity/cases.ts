import { FulgurError, losses, nn, tf } from '../../src';
import { fill } from '../parity/generate';

/** Norm and first numbers of a tensor. */
export interface NormAndFirst {
  readonly norm: number;
  readonly first: readonly number[];
}

/** The results of one call of a loss. */
export interface LossFigures {
  readonly loss: number;
  /** Gradients of the inputs that have one. */
  readonly gradients: Readonly<Record<string, NormAndFirst>>;
  /** The state of the loss after the call. */
  readonly state?: NormAndFirst;
}

/** A loss with its options, called once or several times with new inputs. */
export interface LossCase {
  readonly loss: string;
  readonly params: Readonly<Record<string, number>>;
  readonly inputs: Readonly<Record<string, readonly [batch: number, features: number]>>;
  readonly calls: readonly LossFigures[];
  /** Error of one float32 run of PyTorch, per call. */
  readonly float32Error: readonly number[];
}

/** A reference file of losses. */
export interface LossReference {
  readonly seed: number;
  readonly cases: readonly LossCase[];
}

type Inputs = Readonly<Record<string, tf.Tensor2D>>;

/** One of Fulgur's losses, ready to be called. */
export interface ReadyLoss {
  readonly run: (inputs: Inputs) => tf.Scalar;
  /** Its state between calls. */
  readonly state: tf.Variable | null;
  dispose(): void;
}

type Maker = (params: Readonly<Record<string, number>>, features: number, seed: number) => ReadyLoss;

/** Our losses by their names in the reference. */
const makers: Readonly<Record<string, Maker>> = {
  ntXent: (params) => stateless(({ a, b }) => losses.ntXent(a, b, params)),
  ntXentWithQueue: ({ queue: size = 1, ...params }, features, seed) =>
    withQueue(size, params, features, seed),
  dcl: (params) => stateless(({ a, b }) => losses.dcl(a, b, params)),
  dclw: (params) => stateless(({ a, b }) => losses.dclw(a, b, params)),
  barlowTwins: (params) => stateless(({ a, b }) => losses.barlowTwins(a, b, params)),
  vicReg: (params) => stateless(({ a, b }) => losses.vicReg(a, b, params)),
  tiCo: (params, features) => {
    const tiCo = new losses.TiCo({ features, ...params });
    return stateful(tiCo, tiCo.covariance, ({ a, b }) => tiCo.forward(a!, b!));
  },
  dino: (params, outFeatures) => {
    const dino = new losses.Dino({ outFeatures, ...params });
    return stateful(dino, dino.center, (inputs) =>
      dino.forward(viewsOf(inputs, 'teacher'), viewsOf(inputs, 'student')),
    );
  },
  swaV: (params) => ({
    run: (inputs) => losses.swaV(viewsOf(inputs, 'high'), viewsOf(inputs, 'low'), params),
    state: null,
    dispose: () => undefined,
  }),
  koLeo: () => stateless(({ a }) => losses.koLeo(a)),
  maePatchLoss: ({ normalize }) =>
    stateless(({ predictions, targets }) =>
      // Treats rows as patches of one image.
      losses.maePatchLoss(tf.expandDims(predictions!, 0), tf.expandDims(targets!, 0), {
        normalize: normalize === 1,
      }),
    ),
  negativeCosineSimilarity: () => stateless(({ a, b }) => losses.negativeCosineSimilarity(a, b)),
};

/** @throws FulgurError `data` for a loss that Fulgur does not have. */
export function readyLoss({ loss, params, inputs }: LossCase, seed: number): ReadyLoss {
  const make = makers[loss];
  if (make === undefined) {
    throw new FulgurError('data', {
      what: `The reference contains the unknown loss '${loss}'.`,
      fix: `The known losses are ${Object.keys(makers).join(', ')}.`,
    });
  }
  const [first] = Object.values(inputs);
  return make(params, first![1], seed);
}

/** The inputs of a call. */
export function inputsOf(
  { loss, inputs }: LossCase,
  call: number,
  seed: number,
): Record<string, tf.Tensor2D> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, shape]) => [
      name,
      tf.tensor2d(fill(`${loss}.${name}.${call}`, shape[0] * shape[1], seed, 1), [...shape]),
    ]),
  );
}

type Named = Record<string, tf.Tensor2D> & { readonly a: tf.Tensor2D; readonly b: tf.Tensor2D };

function stateless(run: (inputs: Named) => tf.Scalar): ReadyLoss {
  return { run: (inputs) => run(inputs as Named), state: null, dispose: () => undefined };
}

function stateful(module: nn.Module, state: tf.Variable, run: ReadyLoss['run']): ReadyLoss {
  return {
    run,
    state,
    dispose: () => {
      module.dispose();
    },
  };
}

/** Inputs `high0`, `high1`, ... */
function viewsOf(inputs: Inputs, name: string): tf.Tensor2D[] {
  return Object.entries(inputs).flatMap(([own, view]) => (own.startsWith(name) ? [view] : []));
}

/** The queue is filled after it has been read, as in lightly's memory bank. */
function withQueue(
  size: number,
  params: Readonly<Record<string, number>>,
  features: number,
  seed: number,
): ReadyLoss {
  const queue = new nn.FeatureQueue({ size, features });
  tf.tidy(() => {
    queue.bank.assign(
      nn.normalizeRows(tf.tensor2d(fill('bank', size * features, seed, 1), [size, features])),
    );
  });
  return stateful(queue, queue.bank, ({ query, key }) => {
    const loss = losses.ntXentAgainst(query!, key!, queue.values(), params);
    queue.push(nn.normalizeRows(key!));
    return loss;
  });
}
