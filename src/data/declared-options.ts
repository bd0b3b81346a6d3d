import type { z } from 'zod';
import { jsonText, parseJson } from '../contracts';
import type { Json } from '../contracts';
import { FulgurError, messageOf } from '../errors';

/** What options belong to, for error messages. */
export interface OptionOwner {
  readonly name: string;
  readonly kind: 'data set' | 'batches';
}

/**
 * Parses the options of a user's definition and fills in its schema's defaults.
 *
 * @throws FulgurError of kind `config` naming every option that the schema rejects, or every option if there is no
 * schema.
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
    what: `The ${kind} ${name} cannot use ${whose} options: ${problems.join('; ')}.`,
    fix: `Correct them where ${name}({ ... }) is called.`,
  });
}

/**
 * Converts options to plain data for records and threads.
 *
 * @param use a sentence about what they are used for.
 * @throws FulgurError of kind `config` for values that cannot be written as JSON.
 */
export function plainOptions({ name, kind }: OptionOwner, options: unknown, use: string): Json {
  try {
    return parseJson(jsonText(options, 0, 'options'));
  } catch (cause) {
    const finding = cause instanceof FulgurError ? cause.what : messageOf(cause);
    throw new FulgurError('config', {
      what: `The options of the ${kind} ${name} are not plain data: ${finding}`,
      why: use,
      fix: 'Use numbers, strings, booleans, lists and plain objects, and build the rest from them in open.',
      cause,
    });
  }
}
