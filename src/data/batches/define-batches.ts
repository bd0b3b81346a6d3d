import type { z } from 'zod';
import { batchesMark } from '../../contracts';
import type { BatchesDeclaration, BatchesScope, OpenedBatches } from '../../contracts';
import { parseDeclared, plainOptions } from '../declared-options';
import type { OptionOwner } from '../declared-options';
import { isName, isSchemaOrNone, requireParts } from '../require-parts';

/** The definition of your own batches: their name, their options, and how they are opened. */
export interface BatchesDefinition<B, Options extends z.ZodType = z.ZodType<undefined>> {
  /** The name used in messages and records. */
  readonly name: string;
  /** The schema of their options. The given options, before parsing, are recorded with the run as JSON. */
  readonly options?: Options;
  /** Called once per run and rank after TensorFlow has started, so it may create tensors. */
  open(options: z.output<Options>, scope: BatchesScope): OpenedBatches<B> | Promise<OpenedBatches<B>>;
}

/** Declares batches with these options. The argument may be omitted if all options have defaults. */
export type BatchesFactory<B, Input> = ((
  ...options: undefined extends Input
    ? [options?: Input]
    : object extends Input
      ? [options?: Input]
      : [options: Input]
) => BatchesDeclaration<B>) & { readonly [batchesMark]: true };

/**
 * Defines your own batches for data other than views of images: any structure of tensors, from any source of batches.
 * They are made in the main thread. `open` receives `data.batchSize`, `shuffle`, `dropLast` and `path`.
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
 * @returns a function of the options; it throws a FulgurError of kind `config` for options that the schema rejects.
 * @throws FulgurError of kind `config` for a definition with a missing or wrongly typed part.
 */
export function defineBatches<B, Options extends z.ZodType = z.ZodType<undefined>>(
  definition: BatchesDefinition<B, Options>,
): BatchesFactory<B, z.input<Options>> {
  requireDefinition(definition);
  const { name, options: schema } = definition;
  const declare = (options?: unknown): BatchesDeclaration<B> => {
    const owner: OptionOwner = { name, kind: 'batches' };
    const parsed = parseDeclared(owner, schema, options);
    return {
      name,
      spec: { export: name, options: plainOptions(owner, options ?? {}, 'They are recorded with the run.') },
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
      fix: 'the name of the batches in messages and records',
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
