import { z } from 'zod';
import type { CommandWords, Selector } from '../contracts';
import { CommandScope } from './scope';
import type { CommandResult, FilesScope, RunScope } from './scope';

type Shape = Readonly<Record<string, z.ZodType>>;

/** What {@link defineCommand} takes. */
export interface CommandDefinition<Options extends Shape> {
  /** The word on the command line. */
  readonly name: string;
  /** A line for `--help`, such as `judge the features by a linear classifier`. */
  readonly help: string;
  /** What the options stand under in `--help` (default: the name). */
  readonly title?: string;
  /**
   * zod types by name, each with a default and a `describe` for `--help`: `--<name>.<option>` sets it, and so does `--<option>`
   * behind the command's name, where no option of every run and no hyperparameter is called that.
   */
  readonly options?: Options;
  /** The option, a list of texts, that takes the words behind the command: `report runs/a runs/b` (default: none). */
  readonly words?: keyof Options & string;
  /**
   * `true` for the selectors that it takes, and for others what the user hears who gives them. By default it takes
   * `checkpoint`, `untrained` and `weights`, as evaluations do.
   */
  readonly selectors?: Partial<Readonly<Record<Selector, true | string>>>;
  /**
   * The checkpoint that it looks at where the user names none (default `last`). With `null` it needs no run: what it is configured
   * with are the experiment's file and the command line.
   */
  readonly defaultCheckpoint?: 'last' | null;
  /** The split that it looks at where `--split` is not given, of a command that takes it (default `test`). */
  readonly defaultSplit?: CommandWords['defaultSplit'];
  /** Whether it looks at any data (default `true`): with `false` none are opened, and the model may be looked at where there are none. */
  readonly usesData?: boolean;
  /** Whether it asks for `scope.data`, plain images: then it refuses batches of one's own before anything is started. */
  readonly usesImages?: boolean;
  readonly run: (scope: CommandScope<z.output<z.ZodObject<Options>>>) => Promise<CommandResult>;
}

/** What {@link defineFilesCommand} takes. */
export type FilesCommandDefinition<Options extends Shape> = Pick<
  CommandDefinition<Options>,
  'name' | 'help' | 'title' | 'options' | 'words'
> & { readonly run: (scope: FilesScope<z.output<z.ZodObject<Options>>>) => Promise<CommandResult> };

/** A command, as {@link defineCommand} makes it. */
export class Command implements CommandWords {
  /** @param start does it, as part of a run that is put together. */
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
    /** Does it in the place of `start`, without a run; `null` for a command of a run. */
    readonly startWithoutRun:
      ((scope: Omit<FilesScope, 'options'>, options: unknown) => Promise<CommandResult>) | null = null,
  ) {}
}

/**
 * Makes a command, for the list `commands` of `@Experiment`: `npx ts-node experiment.ts <name>` runs it.
 *
 * @example
 * const shapes = defineCommand({
 *   name: 'shapes',
 *   help: 'tell how wide the features are',
 *   options: { count: z.int().positive().default(9).describe('images to look at') },
 *   run: (scope) =>
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
    definition.defaultSplit ?? 'test',
    usesData,
    (parts) => run(new CommandScope(parts, schema.parse(parts.config.options))),
  );
}

/**
 * Makes a command that works on files alone, such as those that runs have left: nothing is started for it, neither TensorFlow nor data, and
 * no run folder is made. It takes no checkpoint.
 */
export function defineFilesCommand<Options extends Shape>(
  definition: FilesCommandDefinition<Options>,
): Command {
  const { name, help, title = name, words, run } = definition;
  const schema = z.object(definition.options ?? ({} as Options));
  const reason = `${name} looks at files, and starts no run`;
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
