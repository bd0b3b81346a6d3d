import type { z } from 'zod';
import { batchesMark } from '../../contracts';
import type { BatchesDeclaration, BatchesScope, OpenedBatches } from '../../contracts';
import { parseDeclared, plainOptions } from '../declared-options';
import type { OptionOwner } from '../declared-options';
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
