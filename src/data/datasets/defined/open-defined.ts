import { definedBy } from '../../../contracts';
import type { DatasetDeclaration, Notify } from '../../../contracts';
import { FulgurError, messageOf } from '../../../errors';
import { moduleExports } from '../../../system';
import { largestImage } from '../../decoding';
import type { GrayRange } from '../../decoding';
import { sayOnTerminal } from '../../say-on-terminal';
import type { Split } from '../image-dataset';
import { requireTestSplit } from '../subset/hold-out-fraction';
import type { DatasetScope, OpenedImages, StoredDefinition } from './define-dataset';
import type { DefinedSpec } from './defined-dataset';
import { DefinedDataset } from './defined-dataset';

export interface DefinedOptions {
  readonly path?: string | undefined;
  readonly maxImagePixels?: number | undefined;
  readonly grayRange?: GrayRange | null | undefined;
  readonly onMessage?: Notify | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens a split of a data set of the user's own; of one without a test split, all of it.
 *
 * @throws FulgurError of kind `data` where it cannot be opened, or returns what is not a data set.
 */
export async function openDefined(
  { name, spec, [definedBy]: stored }: DatasetDeclaration,
  split: Split,
  {
    path,
    maxImagePixels = largestImage,
    grayRange = null,
    onMessage = sayOnTerminal,
    signal,
  }: DefinedOptions,
): Promise<DefinedDataset> {
  const definition = stored as StoredDefinition;
  const { hasTestSplit } = definition;
  if (!hasTestSplit) requireTestSplit(name, split);
  const scope: DatasetScope = {
    ...{ split: hasTestSplit ? split : 'all', path: path ?? null, maxImagePixels, grayRange, onMessage },
    signal: signal ?? new AbortController().signal,
  };
  const images = await opened(definition, spec, scope);
  const opening = { ...spec, kind: 'defined', split, path: scope.path, maxImagePixels, grayRange } as const;
  return new DefinedDataset({ ...opening, name, hasTestSplit }, images);
}

/**
 * Opens it again in another thread, from the file that exports it.
 *
 * @throws FulgurError of kind `data` where the file does not export it, or it holds other images than before.
 */
export async function reopenDefined({ digest, ...spec }: DefinedSpec): Promise<DefinedDataset> {
  const definition = exportedDefinition(spec.module, spec.export);
  const { hasTestSplit } = definition;
  const { split, path, maxImagePixels, grayRange } = spec;
  const images = await opened(definition, spec, {
    ...{ split: hasTestSplit ? split : 'all', path, maxImagePixels, grayRange },
    onMessage: () => undefined,
    signal: new AbortController().signal,
  });
  const dataset = new DefinedDataset({ ...spec, name: spec.export, hasTestSplit }, images);
  if (dataset.spec.digest === digest) return dataset;
  throw new FulgurError('data', {
    what: `The data set ${spec.export} opened with other samples in a loader thread than in the main thread.`,
    why: 'What it reads has changed since, or open does not give the same samples each time.',
    fix: 'Let open give the same samples in the same order whenever it is called.',
  });
}

async function opened(
  definition: StoredDefinition,
  { export: name, options }: Pick<DefinedSpec, 'export' | 'options'>,
  scope: DatasetScope,
): Promise<OpenedImages> {
  try {
    return await definition.open(options, scope);
  } catch (cause) {
    if (cause instanceof FulgurError) throw cause;
    throw new FulgurError('data', {
      what: `The data set ${name} cannot be opened: ${messageOf(cause).replace(/\.$/, '')}.`,
      fix: 'Correct its options or its data, or what its open does with them.',
      cause,
    });
  }
}

function exportedDefinition(module: string, name: string): StoredDefinition {
  const factory = moduleExports(module)[name];
  if (typeof factory === 'function' && definedBy in factory) return factory[definedBy] as StoredDefinition;
  throw new FulgurError('data', {
    what: `${module} exports no data set "${name}".`,
    why: 'Loader threads open a data set again by the file and the name that defineDataset is given.',
    fix: `Write export const ${name} = defineDataset({ export: '${name}', ... }) in that file.`,
  });
}
