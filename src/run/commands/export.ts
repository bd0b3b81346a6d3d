import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { jsonText } from '../../contracts';
import type { ModelAccess } from '../../contracts';
import { plainViewFacts, recordedView } from '../../data';
import type { PlainViewFacts, ViewTransform } from '../../data';
import { FulgurError } from '../../errors';
import { checkExport, exportFormats } from '../../export';
import type {
  ExportCheck,
  ExportedInput,
  ExportedPreprocessing,
  ExportedWeights,
  ExportFormat,
  SearchableImages,
  WrittenExport,
} from '../../export';
import { simplify, withUint8Input } from '../../graph';
import { writeWhole } from '../../system';
import { featuresOf } from '../../trainer';
import { defineCommand } from '../command';
import { ExportPlace } from '../export-place';
import { exportTrial } from '../export-trial';
import { identityOfModel } from '../model-identity';
import type { CommandScope } from '../scope';
import { siteImages } from '../site-images';

const options = {
  format: z
    .enum(exportFormats.map(({ name }) => name))
    .nullable()
    .default(null)
    .describe('format; default: determined by the extension of --out'),
  out: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('file or folder to write; default: exports/<checkpoint> in the run'),
  input: z
    .enum(['float32', 'uint8'])
    .default('float32')
    .describe('normalised images, or bytes that the model normalises itself'),
  layout: z
    .enum(['nhwc', 'nchw'])
    .nullable()
    .default(null)
    .describe("order of the input's axes; default: the usual order of the format"),
  embeddings: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('for web: file of embeddings whose images the site can find'),
  overwrite: z.boolean().default(false).describe('whether to replace an existing export'),
};

type Options = z.output<z.ZodObject<typeof options>>;
type Scope = CommandScope<Options>;

/**
 * Exports the backbone for another program, and compares the exported model with the experiment's own features.
 *
 * @throws FulgurError `config` for an invalid choice, `module` for a module with operations that the format lacks,
 *   `data` if the file cannot be written.
 */
export const exportCommand = defineCommand({
  name: 'export',
  help: 'export the backbone to ONNX, the browser, TensorFlow or PyTorch, and check it',
  title: 'Export',
  options,
  selectors: { split: 'export checks its result on held-out images' },
  usesImages: true,
  run: async (scope) => {
    const format = formatOf(scope.options);
    const view = scope.run.data.evaluationView;
    if (view === null) throw new Error('data of images have an evaluation view');
    const input = inputOf(scope.options, format, view);
    requirePlaceForImages(scope.options, format);
    const out = scope.options.out ?? defaultPath(scope, format);
    const { overwrite } = scope.options;
    const place = await ExportPlace.open(out, { isFolder: format.ending === '', overwrite });
    try {
      return await scope.inspect('export', async ({ model, report, weights: kind }) => {
        const { batches, width } = await exportTrial(scope.data, model, input);
        const identity = identityOfModel({
          ...{ experiment: scope.name, from: scope.run.from, weights: kind, state: model.stateDict() },
          view: recordedView(view),
        });
        const preprocessing = preprocessingOf(view);
        const weights: ExportedWeights = {
          name: scope.name,
          featureWidth: width,
          input,
          preprocessing,
          identity: { ...identity },
          module: scope.module,
          features: featuresOf(scope.module),
        };
        await report(0, 1);
        const { embeddings } = scope.options;
        const found =
          embeddings === null
            ? null
            : await siteImages(scope, embeddings, { model, identity, preprocessing });
        const written = await writeAs(format, weights, model, place.aside, found);
        const checks: ExportCheck[] = [];
        for (const runtime of written.runtimes) {
          checks.push(await checkExport(format.name, runtime, batches));
        }
        await report(1, 1);
        const { name, featureWidth } = weights;
        const record = {
          ...{ format: format.name, name, featureWidth, input, preprocessing, checks },
          identity: format.isPublished === true ? { ...identity, checkpoint: null } : { ...identity },
        };
        const text = `${jsonText(record, 2, 'export')}\n`;
        await writeWhole(place.recordOf(place.aside), Buffer.from(text));
        if (scope.trialImages === null) await place.finish();
        for (const note of written.notes ?? []) scope.notify('info', note);
        for (const { runtime, images: count, largestDifference, relativeDifference } of checks) {
          scope.notify(
            'info',
            `Checked on ${count} ${count === 1 ? 'image' : 'images'} by ${runtime}: largest difference ${largestDifference.toExponential(1)}, ` +
              `${relativeDifference.toExponential(1)} of the largest feature.`,
          );
        }
        if (scope.trialImages === null) scope.notify('info', `Exported to ${place.path}.`);
        return {
          details: {
            export: {
              format: format.name,
              path: place.path,
              input: { ...input },
              checks: checks.map((check) => ({ ...check })),
            },
          },
        };
      });
    } finally {
      await place.discard();
    }
  },
});

/** @throws FulgurError `config` if none is given. */
function formatOf({ format, out }: Options): ExportFormat {
  const found = exportFormats.find(({ name, ending }) =>
    format === null ? ending !== '' && out?.endsWith(ending) === true : name === format,
  );
  if (found !== undefined) return found;
  throw new FulgurError('config', {
    what: 'The export format is not given.',
    fix: `Give --format, one of ${exportFormats.map(({ name }) => name).join(', ')}.`,
  });
}

/** @throws FulgurError `config` for embeddings in a format without a page. */
function requirePlaceForImages({ embeddings }: Options, { name, findsImages = false }: ExportFormat): void {
  if (embeddings === null || findsImages) return;
  throw new FulgurError('config', {
    what: `A ${name} export cannot contain embeddings.`,
    fix: 'Leave out --embeddings, or export with --format web.',
  });
}

/** @throws FulgurError `config` for an input that the format or the evaluation view does not support. */
function inputOf({ input: kind, layout }: Options, format: ExportFormat, view: ViewTransform): ExportedInput {
  const { name, source, layouts } = format;
  if (source === 'weights' && (kind === 'uint8' || layout !== null)) {
    throw new FulgurError('config', {
      what: `A ${name} export contains only weights and has no input.`,
      fix: 'Leave out --input and --layout.',
    });
  }
  if (layout !== null && !layouts.includes(layout)) {
    throw new FulgurError('config', {
      what: `The format ${name} does not accept images as ${layout}.`,
      fix: `Leave out --layout: its images are ${layouts.join(' or ')}.`,
    });
  }
  const facts = plainViewFacts(view);
  if (kind === 'uint8' && facts === null) {
    throw new FulgurError('config', {
      what: "The evaluation view is the experiment's own, and its normalisation is unknown.",
      fix: "Export with --input float32, or let plain() of the experiment's transform return views.plain(...).",
    });
  }
  const [{ height, width } = { height: 0, width: 0 }] = view.views;
  return { height, width, normalisation: facts && normalisationOf(facts), kind, layout };
}

function preprocessingOf(view: ViewTransform): ExportedPreprocessing {
  const facts = plainViewFacts(view);
  if (facts === null) {
    const { export: name, options: given, recorded = given } = view.spec;
    return { kind: 'own', name, options: recorded };
  }
  const { height, width, interpolation } = facts;
  return { kind: 'plain', height, width, interpolation, ...normalisationOf(facts) };
}

function normalisationOf({ normalize }: PlainViewFacts): { mean: number[]; std: number[] } {
  const { mean, std } = normalize ?? { mean: [0, 0, 0], std: [1, 1, 1] };
  return { mean: [...mean], std: [...std] };
}

function defaultPath({ stem }: Scope, { name, ending }: ExportFormat): string {
  const checkpoint = basename(stem).replace(/\.export(?=\.|$)/, '');
  return join(
    dirname(dirname(stem)),
    'exports',
    ending === '' ? `${checkpoint}-${name}` : `${checkpoint}${ending}`,
  );
}

async function writeAs(
  format: ExportFormat,
  weights: ExportedWeights,
  model: ModelAccess,
  path: string,
  found: SearchableImages | null,
): Promise<WrittenExport> {
  if (format.source === 'weights') return format.write(weights, path);
  const { height, width, kind, normalisation } = weights.input;
  const graph = simplify(await model.freeze([height, width, 3]));
  const takesBytes = kind === 'uint8' && normalisation !== null;
  const frozen = takesBytes ? withUint8Input(graph, normalisation) : graph;
  return format.write({ ...weights, graph: frozen }, path, found);
}
