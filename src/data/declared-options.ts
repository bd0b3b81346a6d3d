import type { z } from 'zod';
import { jsonText, parseJson } from '../contracts';
import type { Json } from '../contracts';
import { FulgurError, messageOf } from '../errors';

/** What options belong to, in the words of its errors. */
export interface OptionOwner {
  readonly name: string;
  readonly kind: 'data set' | 'batches';
}

/**
 * Options of a definition of one's own, with the defaults of its schema.
 *
 * @throws FulgurError of kind `config` that names every option that the schema refuses, or any where there is no schema.
 */
export function parseDeclared<Options extends z.ZodType>(
  owner: OptionOwner,
  schema: Options | undefined,
  options: unknown,
): z.output<Options> {
  if (schema === undefined) {
    const names = Object.keys(options ?? {});
    if (names.length === 0) return undefined as z.output<Options>;
    const none = owner.kind === 'batches' ? 'they declare none' : 'the data set declares none';
    throw wrongOptions(owner, [`${names.join(', ')}: is not an option, since ${none}`]);
  }
  const result = schema.safeParse(options ?? {});
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    ({ path, message }) => `${path.map(String).join('.') || 'options'}: ${message}`,
  );
  throw wrongOptions(owner, problems);
}

function wrongOptions({ name, kind }: OptionOwner, problems: readonly string[]): FulgurError {
  const whose = kind === 'batches' ? 'their' : 'its';
  return new FulgurError('config', {
    what: `The ${kind} ${name} cannot work with ${whose} options: ${problems.join('; ')}.`,
    fix: `Correct them where ${name}({ ... }) is called.`,
  });
}

/**
 * Options as records and threads have them.
 *
 * @param use what becomes of them, as a sentence.
 * @throws FulgurError of kind `config` for what JSON cannot hold.
 */
export function plainOptions({ name, kind }: OptionOwner, options: unknown, use: string): Json {
  try {
    return parseJson(jsonText(options, 0, 'options'));
  } catch (cause) {
    const finding = cause instanceof FulgurError ? cause.what : messageOf(cause);
    throw new FulgurError('config', {
      what: `The options of the ${kind} ${name} are not plain data: ${finding}`,
      why: use,
      fix: 'Give numbers, texts, booleans, lists and plain objects, and make of them what is needed in open.',
      cause,
    });
  }
}
