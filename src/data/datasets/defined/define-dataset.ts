import { isAbsolute } from 'node:path';
import type { z } from 'zod';
import { definedBy } from '../../../contracts';
import type { DatasetDeclaration, Json, Notify } from '../../../contracts';
import { FulgurError } from '../../../errors';
import { callerFile, pathOfModule } from '../../../system';
import { parseDeclared, plainOptions } from '../../declared-options';
import type { OptionOwner } from '../../declared-options';
import type { GrayRange } from '../../decoding';
import { isName, isSchemaOrNone, requireParts } from '../../require-parts';
import type { SourceImage } from '../../source-image';
import type { Split } from '../image-dataset';

/** What a data set's `open` receives besides its options. */
export interface DatasetScope {
  /** The split to open; always `all` if the data set has no test split. */
  readonly split: Split;
  /** The value of `data.path`, or `null`. */
  readonly path: string | null;
  /** Images with more pixels must not be decoded: `data.maxImagePixels`. */
  readonly maxImagePixels: number;
  /** The values of 16-bit gray that become black and white: `data.grayRange`; `null` for 0 and 65535. */
  readonly grayRange: GrayRange | null;
  /** Shows the user a message of one sentence; it is lost in a loader thread. */
  readonly onMessage: Notify;
  /** Aborted when the run ends. */
  readonly signal: AbortSignal;
}

/** What a data set's `open` returns: images by index, the same each time it is opened. */
export interface OpenedImages {
  readonly length: number;
  /** Names of the classes (default: none, so no image has a label). */
  readonly classNames?: readonly string[];
  /** Returns the class of an image as an index into `classNames`, or `null` if unknown (default: `null`). */
  label?(index: number): number | null;
  /**
   * Returns an image's name within the data set (default: its index). `testFraction` depends on it, and predictions are
   * listed by it.
   */
  sampleName?(index: number): string;
  /**
   * Reads the image at an index. Any thread may read any index at any time.
   *
   * @throws BrokenImageError for an image that `--data.onBrokenImage skip` may leave out.
   */
  read(index: number): SourceImage | Promise<SourceImage>;
  /** Closes files and other resources at the end of the run. Loader threads end without calling it. */
  close?(): void | Promise<void>;
}

/** The definition of your own data set: how loader threads find it, its options, and how it is opened. */
export interface DatasetDefinition<Options extends z.ZodType = z.ZodType<undefined>> {
  /** The file that exports it: `__filename`, or `import.meta.url` (default: the file that calls `defineDataset`). */
  readonly module?: string;
  /** The name under which that file exports it. */
  readonly export: string;
  /** The schema of its options. The given options, before parsing, are recorded with the run as JSON. */
  readonly options?: Options;
  /**
   * Whether `open` returns different images for the splits `test` and `train`, and both for `all`. By default, the data
   * set has no splits, but `data.testFraction` can make them.
   */
  readonly hasTestSplit?: boolean;
  /** Called in the main thread once per split that is used, and in every loader thread. */
  open(options: z.output<Options>, scope: DatasetScope): OpenedImages | Promise<OpenedImages>;
}

/** A definition with any type of options, as stored. */
export interface StoredDefinition extends Required<
  Pick<DatasetDefinition, 'module' | 'export' | 'hasTestSplit'>
> {
  open(options: Json, scope: DatasetScope): OpenedImages | Promise<OpenedImages>;
}

/** Declares a data set with these options. The argument may be omitted if all options have defaults. */
export type DatasetFactory<Input> = ((
  ...options: undefined extends Input
    ? [options?: Input]
    : object extends Input
      ? [options?: Input]
      : [options: Input]
) => DatasetDeclaration) & { readonly [definedBy]: StoredDefinition };

/**
 * Defines a data set that experiments take as a value. It may be in any file that can be loaded on its own: every
 * loader thread loads the file and reopens the data set by the name of its export and its options.
 *
 * @example
 * export const photoList = defineDataset({
 *   export: 'photoList',
 *   options: z.strictObject({ csv: z.string() }),
 *   async open({ csv }, scope) {
 *     const files = (await readFile(csv, 'utf8')).trim().split('\n');
 *     return {
 *       length: files.length,
 *       sampleName: (index) => files[index] ?? '',
 *       read: (index) => datasets.readImage(files[index] ?? '', scope),
 *     };
 *   },
 * });
 *
 * @returns a function of the options; it throws a FulgurError of kind `config` for options that the schema rejects.
 * @throws FulgurError of kind `config` for a definition with a missing or wrongly typed part.
 */
export function defineDataset<Options extends z.ZodType = z.ZodType<undefined>>(
  definition: DatasetDefinition<Options>,
): DatasetFactory<z.input<Options>> {
  requireDefinition(definition);
  const { export: name, options: schema, hasTestSplit = false } = definition;
  const given = definition.module ?? callerFile(defineDataset);
  if (given === null) throw moduleUnknown(name);
  const owner: OptionOwner = { name, kind: 'data set' };
  const use = 'They are recorded with the run, and loader threads receive a copy.';
  const stored: StoredDefinition = {
    ...{ module: pathOfModule(given), export: name, hasTestSplit },
    open: (options, scope) => definition.open(parseDeclared(owner, schema, options), scope),
  };
  const declare = (options?: unknown): DatasetDeclaration => {
    parseDeclared(owner, schema, options);
    const spec = { module: stored.module, export: name, options: plainOptions(owner, options ?? {}, use) };
    return { name, spec, [definedBy]: stored };
  };
  Object.defineProperty(declare, 'name', { value: name });
  return Object.assign(declare, { [definedBy]: stored });
}

function requireDefinition(definition: unknown): void {
  const given = (definition ?? {}) as Readonly<Record<string, unknown>>;
  const { export: name, open, module, options, hasTestSplit } = given;
  const isPlace = isName(module) && isAbsolute(module.replace(/^file:\/\//, ''));
  const isFlag = hasTestSplit === undefined || typeof hasTestSplit === 'boolean';
  requireParts('defineDataset', name, [
    { name: 'export', value: name, isRight: isName(name), fix: 'the name under which its file exports it' },
    {
      ...{ name: 'open', value: open, isRight: typeof open === 'function' },
      fix: 'a function that opens the data set',
    },
    {
      ...{ name: 'options', value: options, isRight: isSchemaOrNone(options) },
      fix: 'a zod schema: z.strictObject({ csv: z.string() })',
    },
    {
      ...{ name: 'module', value: module, isRight: module === undefined || isPlace },
      fix: '__filename, in an ES module import.meta.url',
    },
    { name: 'hasTestSplit', value: hasTestSplit, isRight: isFlag, fix: 'true or false' },
  ]);
}

function moduleUnknown(name: string): FulgurError {
  return new FulgurError('config', {
    what: `Cannot determine which file defines the data set ${name}.`,
    fix: 'Name it: defineDataset({ module: __filename, ... }), in an ES module import.meta.url.',
  });
}
