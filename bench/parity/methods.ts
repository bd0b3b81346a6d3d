import { FulgurError, tf } from '../../src';
import type { TrainingModule, ViewBatch, nn } from '../../src';
import { BarlowTwins } from '../../experiments/barlow-twins';
import { BYOL } from '../../experiments/byol';
import { DCL } from '../../experiments/dcl';
import { DINO } from '../../experiments/dino';
import { MAE } from '../../experiments/mae';
import { MoCo } from '../../experiments/moco';
import { NNCLR } from '../../experiments/nnclr';
import { SimCLR } from '../../experiments/simclr';
import { SimSiam } from '../../experiments/simsiam';
import { SwaV } from '../../experiments/swav';
import { TICO } from '../../experiments/tico';
import { VICReg } from '../../experiments/vicreg';
import { constructExperiment } from '../../src/metadata';
import type { HyperParameterValue } from '../../src/metadata';
import { fill } from './generate';
import type { MethodSpec } from './reference';

/** The samples of a batch that a rank has. */
export interface Place {
  readonly rank: number;
  readonly worldSize: number;
}

export interface ShippedMethod {
  /** Names in our state dict of tensors with different names in the reference. */
  readonly names?: Readonly<Record<string, string>>;
  /** The experiment with the reference's widths. */
  readonly build: (spec: MethodSpec, place: Place) => TrainingModule<ViewBatch>;
}

type Values = Readonly<Record<string, HyperParameterValue>>;

/** Makes the experiment of a class with hyperparameters as `--name value` would set them. */
function built(type: new () => TrainingModule<ViewBatch>, values: (spec: MethodSpec) => Values) {
  return (spec: MethodSpec) => constructExperiment(type, { stem: spec.stem, ...values(spec) });
}

const widths = { hiddenFeatures: 512, outFeatures: 128 };
const wide = { hiddenFeatures: 512, outFeatures: 256 };

const methods: Readonly<Record<string, ShippedMethod>> = {
  simsiam: { build: built(SimSiam, () => ({})) },
  simclr: { build: built(SimCLR, ({ temperature }) => ({ ...widths, temperature })) },
  dcl: { build: built(DCL, ({ temperature }) => ({ ...widths, temperature })) },
  byol: { build: built(BYOL, ({ ema }) => ({ ...widths, momentum: ema })) },
  moco: {
    names: { bank: 'queue.bank' },
    build: built(MoCo, ({ ema, bank, temperature }) => ({
      ...widths,
      temperature,
      momentum: ema,
      queueSize: bank,
    })),
  },
  barlowtwins: { build: built(BarlowTwins, () => wide) },
  vicreg: { build: built(VICReg, () => wide) },
  tico: {
    names: { covariance: 'criterion.covariance' },
    build: built(TICO, ({ ema }) => ({ ...widths, momentum: ema })),
  },
  nnclr: {
    names: { bank: 'memory_bank.bank' },
    build: built(NNCLR, ({ bank, temperature }) => ({ ...widths, temperature, queueSize: bank })),
  },
  dino: {
    build: built(DINO, ({ ema }) => ({
      ...{ hiddenFeatures: 256, bottleneckFeatures: 64, outFeatures: 256 },
      momentum: ema,
    })),
  },
  mae: { build: buildMae },
  swav: { build: built(SwaV, () => ({ ...widths, nPrototypes: 64 })) },
};

/** MAE with the reference's mask instead of a drawn one. */
function buildMae(spec: MethodSpec, { rank, worldSize }: Place): MAE {
  const model = constructExperiment(MAE, {
    ...{ imageSize: spec.size, patchSize: 4, width: 96, depth: 2, heads: 3 },
    ...{ decoderWidth: 48, decoderDepth: 1, decoderHeads: 3 },
  });
  const patches = model.backbone.sequenceLength - 1;
  const noise = fill('mask', spec.batch * patches, spec.seed, 1);
  const orders = Array.from({ length: spec.batch / worldSize }, (_, index) => {
    const start = (rank + index * worldSize) * patches;
    const own = noise.slice(start, start + patches);
    return [...own.keys()].sort((a, b) => own[a]! - own[b]!).map((patch) => patch + 1);
  });
  const rows = (tokens: number[][]): tf.Tensor2D => tf.tensor2d(tokens, undefined, 'int32');
  const tokenMask = (): nn.TokenMask => ({
    keep: rows(orders.map((order) => [0, ...order.slice(0, patches / 4)])),
    mask: rows(orders.map((order) => order.slice(patches / 4))),
  });
  Object.defineProperty(model, 'tokenMask', { value: tokenMask });
  return model;
}

/** @throws FulgurError `data` if no experiment has this name. */
export function shippedMethod(name: string): ShippedMethod {
  const method = methods[name];
  if (method !== undefined) return method;
  throw new FulgurError('data', {
    what: `The reference uses the unknown method '${name}'.`,
    why: `The known methods are ${Object.keys(methods).join(', ')}.`,
    fix: 'Add it to bench/parity/methods.ts.',
  });
}
