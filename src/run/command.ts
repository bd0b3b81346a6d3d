import { z } from 'zod';
import type { CommandWords, Selector } from '../contracts';
import { CommandScope } from './scope';
import type { CommandResult, FilesScope, RunScope } from './scope';

type Shape = Readonly<Record<string, z.ZodType>>;

/** Options of {@link defineCommand}. */
export interface CommandDefinition<Options extends Shape> {
  /** The word on the command line. */
  readonly name: string;
  /** A line for `--help`, such as `evaluate the features with a linear classifier`. */
  readonly help: string;
  /** Heading of the options in `--help` (default: the name). */
  readonly title?: string;
  /**
   * zod types by name, each with a default and a `describe` for `--help`: `--<name>.<option>` sets it, and so does
   * `--<option>` after the command's name, unless a general option or a hyperparameter has the same name.
   */
  readonly options?: Options;
  /** The option, a list of texts, that takes the words after the command: `report runs/a runs/b` (default: none). */
  readonly words?: keyof Options & string;
  /**
   * `true` for each selector that it accepts, and for others the message for a user who gives one. By default it
   * accepts `checkpoint`, `untrained` and `weights`, as evaluations do.
   */
  readonly selectors?: Partial<Readonly<Record<Selector, true | string>>>;
  /**
   * The checkpoint that it uses if the user names none (default `last`). With `null` it needs no run: only the
   * experiment's file and the command line configure it.
   */
  readonly defaultCheckpoint?: 'last' | null;
  /**
   * The split that it uses if `--split` is not given, for a command that accepts it (default `test`). With `null` it
   * chooses one itself.
   */
  readonly defaultSplit?: CommandWords['defaultSplit'];
  /**
   * Whether it uses any data (default `true`): with `false` no data is opened, so the model can be examined where the
   * data is unavailable.
   */
  readonly usesData?: boolean;
  /**
   * Whether it uses `scope.data`, plain images: if so, an experiment with its own batches is rejected before anything
   * is started.
   */
  readonly usesImages?: boolean;
  readonly run: (scope: CommandScope<z.output<z.ZodObject<Options>>>) => Promise<CommandResult>;
}

/** Options of {@link defineFilesCommand}. */
export type FilesCommandDefinition<Options extends Shape> = Pick<
  CommandDefinition<Options>,
  'name' | 'help' | 'title' | 'options' | 'words'
> & { readonly run: (scope: FilesScope<z.output<z.ZodObject<Options>>>) => Promise<CommandResult> };

/** A command made by {@link defineCommand}. */
export class Command implements CommandWords {
  /** @param start performs it, as part of an assembled run. */
  constructor(
    readonly name: string,
    readonly help: string,
    readonly title: string,
    readonly options: Shape,
    readonly selectors: CommandWords['selectors'],
    readonly usesImages: boolean,
    readonly words: string | undefined,
    readonly defaultCheckpoint: CommandWords['defaultCheckpoint'],
    readonly defaultSplit: CommandWords['defaultSplit'],
    readonly usesData: boolean,
    readonly start: (run: RunScope) => Promise<CommandResult>,
    /** Performs it instead of `start`, without a run; `null` for a command that needs a run. */
    readonly startWithoutRun:
      ((scope: Omit<FilesScope, 'options'>, options: unknown) => Promise<CommandResult>) | null = null,
  ) {}
}

/**
 * Makes a command, for the list `commands` of `@Experiment`: `npx ts-node experiment.ts <name>` runs it.
 *
 * @example
 * const shapes = defineCommand({ name: 'shapes', help: 'print the width of the features', options: { count:
 * z.int().positive().default(9).describe('number of images') }, run: (scope) =>
 *     scope.inspect('look at shapes', async ({ model, report }) => {
 *       const source = await scope.data.open('test', { batchSize: scope.options.count, limit: scope.options.count });
 *       ...
 *       return { metrics: { width } };
 *     }),
 * });
 */
export function defineCommand<Options extends Shape>(definition: CommandDefinition<Options>): Command {
  const { name, help, title = name, selectors, usesImages = false, usesData = true, words, run } = definition;
  const schema = z.object(definition.options ?? ({} as Options));
  const ofEvaluations: CommandWords['selectors'] = {
    resume: `${name} takes its weights from --checkpoint`,
    checkpoint: true,
    untrained: true,
    weights: true,
    split: `${name} opens the splits that it needs`,
  };
  return new Command(
    name,
    help,
    title,
    schema.shape,
    { ...ofEvaluations, ...selectors },
    usesImages,
    words,
    definition.defaultCheckpoint === undefined ? 'last' : definition.defaultCheckpoint,
    definition.defaultSplit === undefined ? 'test' : definition.defaultSplit,
    usesData,
    (parts) => run(new CommandScope(parts, schema.parse(parts.config.options))),
  );
}

/**
 * Makes a command that works only on files, such as those of finished runs: neither TensorFlow nor data is loaded for
 * it, and no run folder is made. It accepts no checkpoint.
 */
export function defineFilesCommand<Options extends Shape>(
  definition: FilesCommandDefinition<Options>,
): Command {
  const { name, help, title = name, words, run } = definition;
  const schema = z.object(definition.options ?? ({} as Options));
  const reason = `${name} reads files and does not start a run`;
  return new Command(
    ...([name, help, title, schema.shape] as const),
    { resume: reason, checkpoint: reason, untrained: reason, weights: reason, split: reason },
    false,
    words,
    null,
    'test',
    false,
    () => Promise.reject(new Error(`${name} has no run`)),
    (scope, options) => run({ ...scope, options: schema.parse(options) }),
  );
}
