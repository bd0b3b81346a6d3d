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
 * Opens a split of the user's own data set; if it has no test split, all of it.
 *
 * @throws FulgurError of kind `data` if it cannot be opened or does not return a data set.
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
 * Reopens it in another thread from the file that exports it.
 *
 * @throws FulgurError of kind `data` if the file does not export it, or it contains other images than before.
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
    what: `The data set ${spec.export} has other samples in a loader thread than in the main thread.`,
    why: 'The data has changed since, or open does not return the same samples each time.',
    fix: 'Make open return the same samples in the same order at every call.',
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
      fix: 'Correct its options, its data or its open.',
      cause,
    });
  }
}

function exportedDefinition(module: string, name: string): StoredDefinition {
  const factory = moduleExports(module)[name];
  if (typeof factory === 'function' && definedBy in factory) return factory[definedBy] as StoredDefinition;
  throw new FulgurError('data', {
    what: `${module} does not export a data set "${name}".`,
    why: 'Loader threads reopen a data set by the file and the name given to defineDataset.',
    fix: `Write export const ${name} = defineDataset({ export: '${name}', ... }) in that file.`,
  });
}
