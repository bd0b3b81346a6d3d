import type { z } from 'zod';
import {
  clusterSchema,
  completeTrainerOptions,
  dataSchema,
  datasetPaths,
  runSchema,
  isBatchesDeclaration,
  isDatasetDeclaration,
  trainerSchema,
} from '../contracts';
import type {
  ClusterOptions,
  CommandWords,
  DataOptions,
  DatasetName,
  Json,
  Recalled,
  TrainerOptions,
} from '../contracts';
import { experimentData, experimentDefinition, hyperParameterDefaults, hyperParameters } from '../metadata';
import type { ExperimentClass, HyperParameterValue } from '../metadata';
import { redactedData } from '../system';
import {
  PrintAndExit,
  helpText,
  misplacedSelectors,
  parseArguments,
  strayWord,
  takeCommand,
} from './command-line';
import { readConfigFile } from './config-file';
import { expandHome } from './environment';
import { takenNames, wrongCommands } from './names';
import { allOptions, optionPath, readText, refusal, reservedNames, sectionsOf } from './option';
import type { Option } from './option';
import { ConfigError, unknownOption } from './problems';
import {
  batchesProblems,
  datasetProblems,
  declared,
  meaninglessToBatches,
  meaninglessToDataset,
} from './data-problems';
import type { Problem } from './problems';
import {
  asJson,
  changedOptions,
  dataValuesJson,
  flattenConfig,
  optionPathInFile,
  recordedFacts,
  takeFact,
  takenOver,
} from './recorded';
import type { DataValues, GivenValue, OptionChange, OwnValues } from './recorded';
import { fulgurVersion } from './versions';

type RunChoices = z.output<typeof runSchema>;

/** An experiment's configuration, checked and complete. */
export interface ResolvedConfig {
  readonly name: string;
  /** The command's name. */
  readonly command: string;
  /** Whether the command trains; otherwise it evaluates what was trained. */
  readonly trains: boolean;
  /** The command's own options, by name. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /**
   * The checkpoint to evaluate: the value of `--checkpoint`, or the command's default; `null` for a fit, for random
   * weights and for a command that needs no run.
   */
  readonly checkpoint: string | null;
  /** Whether to evaluate the seed's random weights. */
  readonly untrained: boolean;
  /** The samples covered by commands such as test and embed. */
  /** `null` if the user names none and the command chooses. */
  readonly split: NonNullable<RunChoices['split']> | null;
  /** Which weights of the checkpoint to evaluate; `null` means averaged ones if it has them. */
  readonly weights: RunChoices['weights'];
  /** The value of `--resume`, or `null`. */
  readonly resume: string | null;
  /** The weights that a run without a checkpoint starts from: a file or a folder; `null` for random weights by the seed. */
  readonly initialWeights: string | null;
  readonly initialWeightsStrict: boolean;
  readonly trainer: TrainerOptions;
  readonly data: DataOptions;
  readonly cluster: ClusterOptions;
  readonly hyperparameters: Readonly<Record<string, HyperParameterValue>>;
  /** Options, by path, that the experiment's file itself declares, including defaults of hyperparameters. */
  readonly declared: Readonly<Record<string, Json>>;
  /**
   * Options taken from the checkpoint's run (`before`) because nothing else sets them (`now`: their value without the
   * checkpoint).
   */
  readonly takenOver: readonly OptionChange[];
  /** Whether a fit may resume even if options that affect the numbers have changed. */
  readonly allowChanges: boolean;
  /** Returns the configuration as plain data for the run's record, without secrets in addresses. */
  toJson(): Json;
}

/** The commands of every experiment; the first one is the default. */
export type BuiltInCommands = readonly [CommandWords, ...CommandWords[]];

/**
 * Resolves a configuration from the defaults, the decorator, the record of a checkpoint, the file named by `--config`
 * and the command line; later sources take precedence.
 *
 * @param builtIn the commands besides the experiment's own.
 * @param recalled the checkpoint that the command starts from.
 * @param program the command that runs the experiment, for `--help`, such as `fulgur train fastsiam` (default: its
 * name).
 * @throws ConfigError naming every problem at once.
 * @throws PrintAndExit for `--help` and `--version`.
 */
export function resolveConfig(
  experiment: ExperimentClass,
  args: readonly string[],
  builtIn: BuiltInCommands,
  recalled: Recalled | null = null,
  program: string | null = null,
): ResolvedConfig {
  const draft = draftConfig(experiment, args, builtIn, recalled, program);
  const { values, options, problems, dataValues } = draft;
  const isNamed = (values.get('data.name') ?? null) !== null;
  if (dataValues.batches !== null)
    problems.push(...meaninglessToBatches(dataValues.batches, values, draft.own.initial));
  else if (!isNamed && dataValues.dataset === null)
    problems.push({ where: '--data.name', what: 'is missing; name a data set, for example digits' });
  else problems.push(...meaninglessToDataset(String(values.get('data.name')), values, draft.given));
  const path = datasetPaths[values.get('data.name') as DatasetName] ?? null;
  if (path !== null && (values.get('data.path') ?? null) === null)
    problems.push({ where: '--data.path', what: `is missing; name ${path}` });
  if (problems.length > 0) throw new ConfigError(problems);
  const config = assemble(draft, completed(options, values));
  return recalled === null ? config : { ...config, takenOver: takenFrom(config, draft) };
}

/** The checkpoint that a command line selects. */
export interface WantedCheckpoint {
  /** `last`, `best`, `auto` or a path. */
  readonly selector: string;
  readonly experiment: string;
  readonly defaultRootDir: string;
  /** Whether it is for a trial fit, which writes no checkpoints. */
  readonly isTrial: boolean;
}

/**
 * Returns the checkpoint that a command starts from, if any. The configuration of its run, not read yet, may complete
 * this one.
 *
 * @throws ConfigError, PrintAndExit like `resolveConfig`.
 */
export function wantedCheckpoint(
  experiment: ExperimentClass,
  args: readonly string[],
  builtIn: BuiltInCommands,
  program: string | null = null,
): WantedCheckpoint | null {
  const draft = draftConfig(experiment, args, builtIn, null, program);
  if (draft.problems.length > 0) throw new ConfigError(draft.problems);
  const values = completed(draft.options, draft.values);
  const { resume, checkpoint } = startOf(draft, values);
  const { defaultRootDir, fastDevRun } = trainerOf(values);
  const selector = resume ?? checkpoint;
  const isTrial = trains(draft.command) && fastDevRun !== false;
  return selector === null ? null : { selector, experiment: draft.name, defaultRootDir, isTrial };
}

/** A configuration before it is known to be complete. */
interface Draft {
  readonly name: string;
  readonly command: CommandWords;
  readonly commands: readonly CommandWords[];
  readonly dataValues: DataValues;
  readonly options: readonly Option[];
  readonly own: OwnValues;
  /** Paths of options set by a file or the command line. */
  readonly given: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, unknown>;
  readonly problems: Problem[];
}

function draftConfig(
  experiment: ExperimentClass,
  args: readonly string[],
  builtIn: BuiltInCommands,
  recalled: Recalled | null,
  program: string | null,
): Draft {
  const definition = experimentDefinition(experiment);
  const defaults = hyperParameterDefaults(experiment);
  const commands = [...builtIn, ...(definition.commands ?? [])] as const;
  const options = allOptions(hyperParameters(experiment), defaults, commands);
  const { command, rest } = takeCommand(args, commands);
  const { given, stray } = parseArguments(rest);
  if (given.some(([path]) => path === 'version')) throw new PrintAndExit(fulgurVersion());

  const takesWords = command.words !== undefined;
  const problems: Problem[] = takesWords ? [] : stray.map((word) => strayWord(word, args, commands));
  problems.push(...takenNames(experiment, commands), ...wrongCommands(experiment, builtIn));
  const {
    dataset = null,
    batches = null,
    transform = null,
    evaluationTransform = null,
    ...data
  } = experimentData(experiment);
  problems.push(...datasetProblems(dataset, data.name ?? null, experiment.name));
  problems.push(...batchesProblems(batches, { dataset, transform, evaluationTransform }, experiment.name));
  const values = new Map<string, unknown>();
  const take = (entry: GivenValue): void => accept(entry, options, values, problems);
  for (const [path, value] of flattenConfig({
    trainer: definition.trainer ?? {},
    data,
    seed: definition.seed,
    initialWeights: definition.initialWeights,
    initialWeightsStrict: definition.initialWeightsStrict,
  }))
    take({ path, where: `${path} of @Experiment on ${experiment.name}`, value });
  const own: OwnValues = {
    declared: new Map([...Object.entries(defaults), ...values]),
    initial: completed(options, new Map()),
  };
  for (const entry of recalled === null ? [] : takenOver(recalled, trains(command), own)) take(entry);

  // Under any other name, an anchor's content only serves its aliases.
  const names = [...reservedNames, ...sectionsOf(commands), 'hyperparameters', ...Object.keys(defaults)];
  const fromFiles = given
    .filter(([path]) => path === 'config')
    .flatMap(([, file]) => entriesOf(expandHome(String(file)), names));
  const facts = recordedFacts(definition.name, { dataset, batches, transform, evaluationTransform });
  const optionsInFiles = fromFiles.filter((entry) => !takeFact(entry, facts, problems));
  for (const entry of optionsInFiles) take(entry);

  if (given.some(([path]) => path === 'help')) {
    const defaults = completed(options, values);
    if (isBatchesDeclaration(batches)) defaults.set('data.name', `the experiment's own ${declared(batches)}`);
    if (isDatasetDeclaration(dataset)) defaults.set('data.name', `the experiment's own ${declared(dataset)}`);
    throw new PrintAndExit(helpText({ ...definition, program }, commands, options, defaults));
  }
  const words = given.filter(([path]) => path !== 'config');
  const fullName = (path: string): string => optionPath(path, command, options);
  for (const [path, text] of words) {
    const full = fullName(path);
    const option = options.find((candidate) => candidate.path === full);
    const value = option === undefined ? text : readText(option.schema, text);
    take({ path: full, where: `--${path}`, value });
  }
  if (takesWords && stray.length > 0) {
    take({ path: `${command.name}.${command.words}`, where: stray.join(' '), value: stray });
  }
  problems.push(...misplacedSelectors(command, commands, values));
  const isGiven = (path: string): boolean =>
    optionsInFiles.some((entry) => entry.path === path) || words.some(([word]) => fullName(word) === path);
  if (!trains(command) && isGiven('initialWeights') && values.get('untrained') !== true) {
    problems.push({
      where: '--initialWeights',
      what: `starts a fit; to evaluate these weights with ${command.name}, also give --untrained`,
    });
  }
  return {
    ...{ name: definition.name, command, commands, options, own, values, problems },
    // A name given outside the code replaces the value in the code.
    dataValues: {
      dataset: (values.get('data.name') ?? null) === null ? dataset : null,
      ...{ batches, transform, evaluationTransform },
    },
    given: new Set([
      ...optionsInFiles.map(({ path }) => path),
      ...words.map(([path]) => fullName(path)),
      ...(takesWords && stray.length > 0 ? [`${command.name}.${command.words}`] : []),
    ]),
  };
}

function entriesOf(file: string, names: readonly string[]): GivenValue[] {
  const isKnown = (path: string): boolean => names.includes(path.split('.')[0] ?? '');
  return readConfigFile(file)
    .filter(({ path, anchored }) => !anchored || isKnown(path))
    .map(({ path, value, line }) => ({
      path: optionPathInFile(path),
      where: `${path} in ${file}, line ${line}`,
      value,
    }));
}

function trains({ selectors }: CommandWords): boolean {
  return selectors.resume === true;
}

/** Returns what a checkpoint changed in a configuration. */
function takenFrom(config: ResolvedConfig, draft: Draft): OptionChange[] {
  const without = recordOf(draft, completed(draft.options, draft.own.declared));
  return changedOptions(config.toJson(), without).filter(({ path }) => !draft.given.has(path));
}

function accept(
  { path, where, value }: GivenValue,
  options: readonly Option[],
  values: Map<string, unknown>,
  problems: Problem[],
): void {
  const option = options.find((candidate) => candidate.path === path);
  if (option === undefined) {
    problems.push(unknownOption(where, path, ['config', ...options.map((known) => known.path)]));
    return;
  }
  const meant = typeof value === 'string' && option.isPath === true ? expandHome(value) : value;
  const result = option.schema.safeParse(meant);
  if (result.success) values.set(path, result.data);
  else problems.push({ where, what: refusal(option.schema, result.error, value) });
}

function completed(options: readonly Option[], values: ReadonlyMap<string, unknown>): Map<string, unknown> {
  return new Map(
    options.map(({ path, schema }) => {
      if (values.has(path)) return [path, values.get(path)];
      const initial = schema.safeParse(undefined);
      return [path, initial.success ? initial.data : null];
    }),
  );
}

function assemble(draft: Draft, values: ReadonlyMap<string, unknown>): ResolvedConfig {
  const { name, command, dataValues, own } = draft;
  const { split, ...choices } = runSchema.parse(sectionOf(values, ''));
  const { seed, untrained, weights, allowChanges, initialWeights, initialWeightsStrict } = choices;
  return {
    ...{ name, command: command.name, trains: trains(command), options: sectionOf(values, command.name) },
    ...{
      seed,
      ...startOf(draft, values),
      untrained,
      split: split ?? command.defaultSplit,
      weights,
      allowChanges,
    },
    ...{ initialWeights, initialWeightsStrict },
    trainer: trainerOf(values),
    data: dataSchema.parse({ ...sectionOf(values, 'data'), ...dataValues }),
    cluster: clusterSchema.parse(sectionOf(values, 'cluster')),
    hyperparameters: hyperParametersOf(draft, values),
    declared: asJson(Object.fromEntries(own.declared)) as Readonly<Record<string, Json>>,
    takenOver: [],
    toJson: () => recordOf(draft, values),
  };
}

/** Returns what a command resumes from or evaluates. */
function startOf(
  { command }: Draft,
  values: ReadonlyMap<string, unknown>,
): Pick<ResolvedConfig, 'resume' | 'checkpoint'> {
  const { resume, checkpoint, untrained } = runSchema.parse(sectionOf(values, ''));
  if (trains(command) || untrained) return { resume, checkpoint: null };
  return { resume, checkpoint: checkpoint ?? command.defaultCheckpoint };
}

/** Returns a configuration as recorded with a run, without secrets in addresses. */
function recordOf(draft: Draft, values: ReadonlyMap<string, unknown>): Json {
  return redactedData({
    name: draft.name,
    seed: values.get('seed'),
    initialWeights: values.get('initialWeights'),
    initialWeightsStrict: values.get('initialWeightsStrict'),
    resume: values.get('resume'),
    trainer: trainerOf(values),
    data: { ...sectionOf(values, 'data'), ...dataValuesJson(draft.dataValues) },
    cluster: sectionOf(values, 'cluster'),
    ...Object.fromEntries(sectionsOf(draft.commands).map((name) => [name, sectionOf(values, name)])),
    hyperparameters: hyperParametersOf(draft, values),
  }) as Json;
}

function trainerOf(values: ReadonlyMap<string, unknown>): TrainerOptions {
  return completeTrainerOptions(trainerSchema.parse(sectionOf(values, 'trainer')));
}

function hyperParametersOf(
  { options }: Draft,
  values: ReadonlyMap<string, unknown>,
): Record<string, HyperParameterValue> {
  const own = options.filter(({ effect }) => effect === 'hyperparameter');
  return Object.fromEntries(own.map(({ path }) => [path, values.get(path) as HyperParameterValue]));
}

/** Returns the options of a section by name; the section of the run as a whole is ''. */
function sectionOf(values: ReadonlyMap<string, unknown>, section: string): Record<string, unknown> {
  const prefix = section === '' ? '' : `${section}.`;
  const isIn = (path: string): boolean =>
    section === '' ? Object.hasOwn(runSchema.shape, path) : path.startsWith(prefix);
  return Object.fromEntries(
    [...values].flatMap(([path, value]) => (isIn(path) ? [[path.slice(prefix.length), value]] : [])),
  );
}
