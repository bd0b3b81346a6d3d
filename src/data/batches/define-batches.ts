import type { z } from 'zod';
import { batchesMark, jsonText, parseJson } from '../../contracts';
import type { BatchesDeclaration, BatchesScope, Json, OpenedBatches } from '../../contracts';
import { FulgurError, messageOf } from '../../errors';
import { isName, isSchemaOrNone, requireParts } from '../require-parts';

/** Batches of one's own: their name, their options, and how they are opened. */
export interface BatchesDefinition<B, Options extends z.ZodType = z.ZodType<undefined>> {
  /** Names them in messages and records. */
  readonly name: string;
  /** The options that they take; what they are parsed from is recorded with the run, as JSON. */
  readonly options?: Options;
  /** Called once a run and rank, when TensorFlow has started: tensors may be made. */
  open(options: z.output<Options>, scope: BatchesScope): OpenedBatches<B> | Promise<OpenedBatches<B>>;
}

/** Declares batches with these options; without arguments where all of them have defaults. */
export type BatchesFactory<B, Input> = ((
  ...options: undefined extends Input
    ? [options?: Input]
    : object extends Input
      ? [options?: Input]
      : [options: Input]
) => BatchesDeclaration<B>) & { readonly [batchesMark]: true };

/**
 * Defines batches of one's own, for data that are not views of images: any structure of tensors, from any source of
 * batches. They are made in the main thread; `data.batchSize`, `shuffle`, `dropLast` and `path` reach `open`.
 *
 * @example
 * const points = defineBatches({
 *   name: 'points',
 *   options: z.strictObject({ samples: z.int().positive().default(1000) }),
 *   open({ samples }, scope) {
 *     const x = tf.randomUniform<tf.Rank.R2>([samples, 2], 0, 1, 'float32', scope.seed);
 *     return { train: tensorBatches({ x }, scope) };
 *   },
 * });
 *
 * @Experiment({ name: 'mine', data: { batches: points({ samples: 500 }), batchSize: 32 } })
 * class Mine extends TrainingModule<{ x: tf.Tensor2D }> { ... }
 *
 * @returns a function of the options; it throws a FulgurError of kind `config` for options that the schema refuses.
 * @throws FulgurError of kind `config` for a definition that lacks a part, or has one of another type.
 */
export function defineBatches<B, Options extends z.ZodType = z.ZodType<undefined>>(
  definition: BatchesDefinition<B, Options>,
): BatchesFactory<B, z.input<Options>> {
  requireDefinition(definition);
  const { name, options: schema } = definition;
  const declare = (options?: unknown): BatchesDeclaration<B> => {
    const parsed = parse(name, schema, options);
    return {
      name,
      spec: { export: name, options: asPlain(name, options ?? {}) },
      [batchesMark]: true,
      open: async (scope) => definition.open(parsed, scope),
    };
  };
  Object.defineProperty(declare, 'name', { value: name });
  return Object.assign(declare, { [batchesMark]: true as const });
}

function requireDefinition(definition: unknown): void {
  const { name, open, options } = (definition ?? {}) as Readonly<Record<string, unknown>>;
  requireParts('defineBatches', name, [
    {
      name: 'name',
      value: name,
      isRight: isName(name),
      fix: 'what messages and records are to call the batches',
    },
    {
      name: 'open',
      value: open,
      isRight: typeof open === 'function',
      fix: 'a function that opens the batches',
    },
    {
      ...{ name: 'options', value: options, isRight: isSchemaOrNone(options) },
      fix: 'a zod schema: z.strictObject({ samples: z.int() })',
    },
  ]);
}

function parse<Options extends z.ZodType>(
  name: string,
  schema: Options | undefined,
  options: unknown,
): z.output<Options> {
  if (schema === undefined) {
    const given = Object.keys(options ?? {});
    if (given.length === 0) return undefined as z.output<Options>;
    throw wrongOptions(name, [`${given.join(', ')}: is not an option, since they declare none`]);
  }
  const result = schema.safeParse(options ?? {});
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    ({ path, message }) => `${path.map(String).join('.') || 'options'}: ${message}`,
  );
  throw wrongOptions(name, problems);
}

function wrongOptions(name: string, problems: readonly string[]): FulgurError {
  return new FulgurError('config', {
    what: `The batches ${name} cannot work with their options: ${problems.join('; ')}.`,
    fix: `Correct them where ${name}({ ... }) is called.`,
  });
}

/** Options as records have them. */
function asPlain(name: string, options: unknown): Json {
  try {
    return parseJson(jsonText(options, 0, 'options'));
  } catch (cause) {
    const finding = cause instanceof FulgurError ? cause.what : messageOf(cause);
    throw new FulgurError('config', {
      what: `The options of the batches ${name} are not plain data: ${finding}`,
      why: 'They are recorded with the run.',
      fix: 'Give numbers, texts, booleans, lists and plain objects, and make of them what is needed in open.',
      cause,
    });
  }
}
