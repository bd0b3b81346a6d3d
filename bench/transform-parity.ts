/**
 * Compares the image operations with those of torchvision and Pillow.
 *
 *   npx ts-node bench/transform-parity.ts FILE.json... [--every]
 *
 * A FILE contains `cases[]` of `{op, params, in, out}`; images are `{height, width, data}`, RGB rows in base64. Each
 * case runs through the renderer that makes training views. `--every` prints each case. The last line is a JSON object.
 */
import { parseArgs } from 'node:util';
import type { Image } from '../src/data/image';
import type { Interpolation } from '../src/data/views/kernels/axis-filter';
import type { ViewPlan } from '../src/data/views/view-plan';
import { unchangedPlan } from '../src/data/views/view-plan';
import { ViewRenderer } from '../src/data/views/view-renderer';
import { FulgurError } from '../src/errors';
import { onlyFile, readReferenceFile, runCommand } from './command';

interface StoredImage {
  readonly height: number;
  readonly width: number;
  readonly data: string;
}

interface Params extends Readonly<Record<string, unknown>> {
  readonly interpolation?: Interpolation;
}

interface ParityCase {
  readonly op: string;
  readonly params: Params;
  readonly in: StoredImage;
  readonly out: StoredImage;
}

/** Tolerances, in levels of 255, within which an implementation agrees. */
const tolerance = { mean: 0.5, largest: 2 };

type PlanPart = (params: Readonly<Record<string, number>>, interpolation: Interpolation) => Partial<ViewPlan>;

const planParts: Readonly<Record<string, PlanPart>> = {
  resizedCrop: ({ top = 0, left = 0, height = 0, width = 0 }, interpolation) => ({
    crop: { top, left, height, width },
    interpolation,
  }),
  resizeShorterThenCentreCrop: (_, interpolation) => ({ crop: null, interpolation }),
  horizontalFlip: () => ({ horizontalFlip: true }),
  verticalFlip: () => ({ verticalFlip: true }),
  rotate: ({ degrees = 0 }) => ({ rotation: degrees }),
  adjustBrightness: ({ factor = 1 }) => ({ jitter: [{ operation: 'brightness', factor }] }),
  adjustContrast: ({ factor = 1 }) => ({ jitter: [{ operation: 'contrast', factor }] }),
  adjustSaturation: ({ factor = 1 }) => ({ jitter: [{ operation: 'saturation', factor }] }),
  adjustHue: ({ factor = 0 }) => ({ jitter: [{ operation: 'hue', factor }] }),
  grayscale: () => ({ grayscale: true }),
  solarize: ({ threshold = 128 }) => ({ solarizeThreshold: threshold }),
  gaussianBlur: ({ sigma = 0 }) => ({ blurSigma: sigma }),
};

function decode({ height, width, data }: StoredImage): Image {
  return { height, width, data: new Uint8Array(Buffer.from(data, 'base64')) };
}

function errorsOf(parityCase: ParityCase): { mean: number; largest: number } {
  const part = planParts[parityCase.op];
  if (part === undefined) {
    throw new FulgurError('data', {
      what: `The file contains the unknown operation '${parityCase.op}'.`,
      fix: `Use one of: ${Object.keys(planParts).join(', ')}.`,
    });
  }
  const input = decode(parityCase.in);
  const wanted = decode(parityCase.out);
  const { interpolation = 'bilinear', ...numbers } = parityCase.params;
  const changes = part(numbers as Readonly<Record<string, number>>, interpolation);
  const plan = { ...unchangedPlan(input.height, input.width), ...changes };
  const ours = new ViewRenderer(wanted.height, wanted.width).render(input, plan);
  let sum = 0;
  let largest = 0;
  wanted.data.forEach((value, i) => {
    const error = Math.abs(value - (ours[i] ?? NaN));
    sum += error;
    largest = Math.max(largest, error);
  });
  return { mean: sum / wanted.data.length, largest };
}

function main(): void {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { every: { type: 'boolean', default: false } },
  });
  if (positionals.length === 0)
    onlyFile(positionals, 'npx ts-node bench/transform-parity.ts FILE.json... [--every]');
  const cases = positionals.flatMap(
    (file) => (readReferenceFile(file, ['cases']) as { cases: ParityCase[] }).cases,
  );
  const errors = cases.map((parityCase) => {
    const error = errorsOf(parityCase);
    if (values.every || error.largest > 0) {
      console.log(
        `${parityCase.op} ${JSON.stringify(parityCase.params)}: mean ${error.mean}, largest ${error.largest}`,
      );
    }
    return error;
  });
  const maxMeanError = Math.max(...errors.map(({ mean }) => mean));
  const maxError = Math.max(...errors.map(({ largest }) => largest));
  const ok = cases.length > 0 && maxMeanError <= tolerance.mean && maxError <= tolerance.largest;
  console.log(JSON.stringify({ cases: cases.length, maxMeanError, maxError, ok }));
  if (!ok) process.exitCode = 1;
}

void runCommand(main);
