import type { z } from 'zod';
import {
  clusterSchema,
  completeTrainerOptions,
  dataSchema,
  knnSchema,
  probeSchema,
  runSchema,
  trainerSchema,
} from '../contracts';
import type {
  ClusterOptions,
  Command,
  DataOptions,
  Json,
  KnnOptions,
  ProbeOptions,
  Recalled,
  TrainerOptions,
} from '../contracts';
import { experimentData, experimentDefinition, hyperParameterDefaults, hyperParameters } from '../metadata';
import type { ExperimentClass, HyperParameterValue } from '../metadata';
import { choicesOf } from './choices';
import {
  PrintAndExit,
  helpText,
  misplacedSelectors,
  parseArguments,
  strayWord,
  takeCommand,
} from './command-line';
import { readConfigFile } from './config-file';
import { flattenConfig } from './config-tree';
import { expandHome } from './environment';
import { hyperParameterSchema } from './hyper-parameter-schema';
import { allOptions, reservedNames, shortNames } from './option';
import type { Option } from './option';
import { optionPathInFile, recordedFacts, takeFact, transformJson } from './recorded-config';
import type { Transforms } from './recorded-config';
import { asJson, changedOptions, takenOver } from './recorded-options';
import type { OptionChange, OwnValues } from './recorded-options';
import { ConfigError, nearestChoice, shown, unknownOption } from './problems';
import type { Problem } from './problems';
import { readText } from './read-text';
import { isObjectProperty, redactedData } from '../system';
import { fulgurVersion } from './version';

type RunChoices = z.output<typeof runSchema>;

/** An experiment's configuration, checked and complete. */
export interface ResolvedConfig {
  readonly name: string;
  readonly command: Command;
  readonly seed: number;
  /** The checkpoint to evaluate: what `--checkpoint` named, or `last`; `null` for a fit and for random weights. */
  readonly checkpoint: string | null;
  /** Whether to evaluate the seed's random weights. */
  readonly untrained: boolean;
  /** The samples that validate, test and predict cover. */
  readonly split: NonNullable<RunChoices['split']>;
  /** Which weights of the checkpoint to evaluate; `null`: averages where it has some. */
  readonly weights: RunChoices['weights'];
  /** What `--resume` named, or `null`. */
  readonly resume: string | null;
  readonly trainer: TrainerOptions;
  readonly data: DataOptions;
  readonly cluster: ClusterOptions;
  readonly probe: ProbeOptions;
  readonly knn: KnnOptions;
  readonly hyperparameters: Readonly<Record<string, HyperParameterValue>>;
  /** Options by path that the experiment's file declares itself, defaults of hyperparameters among them. */
  readonly declared: Readonly<Record<string, Json>>;
  /** Options that are as the checkpoint's run had them (`before`), where nothing else gives them (`now`: what they would be). */
  readonly takenOver: readonly OptionChange[];
  /** Whether a fit may go on with other numbers than its checkpoint's run had. */
  readonly allowChanges: boolean;
  /** All of it as plain data, for the run's record: without the secrets of addresses. */
  toJson(): Json;
}

/** What is known of a run before its options. */
interface Declared {
  readonly name: string;
  readonly command: Command;
  readonly transforms: Transforms;
}

/** A value somewhere on its way into the configuration. */
interface Given {
  readonly path: string;
  readonly where: string;
  readonly value: unknown;
}

/**
 * Puts a configuration together: defaults, then the decorator, then what a checkpoint recorded, then the file that
 * `--config` names, then the command line; later ones win.
 *
 * @param recalled the checkpoint that the command starts from.
 * @throws ConfigError naming every problem at once
 * @throws PrintAndExit for `--help` and `--version`
 */
export function resolveConfig(
  experiment: ExperimentClass,
  args: readonly string[],
  recalled: Recalled | null = null,
): ResolvedConfig {
  const draft = draftConfig(experiment, args, recalled);
  const { values, options, problems } = draft;
  if (!values.has('data.name'))
    problems.push({ where: '--data.name', what: 'is missing; name a data set, for example digits' });
  if (values.get('data.name') === 'folder' && (values.get('data.path') ?? null) === null)
    problems.push({ where: '--data.path', what: 'is missing; name the folder of images' });
  if (problems.length > 0) throw new ConfigError(problems);
  const config = assemble(draft, completed(options, values));
  return recalled === null ? config : { ...config, takenOver: takenFrom(config, draft) };
}

/** The checkpoint that a command line asks for. */
export interface WantedCheckpoint {
  /** `last`, `best`, `auto` or a path. */
  readonly selector: string;
  readonly experiment: string;
  readonly defaultRootDir: string;
  /** Whether it is for a fit that is a trial, which has no checkpoints of its own. */
  readonly isTrial: boolean;
}

/**
 * Which checkpoint a command starts from, if any; its run's configuration is not known yet, and may complete this one.
 *
 * @throws ConfigError, PrintAndExit as `resolveConfig`.
 */
export function wantedCheckpoint(
  experiment: ExperimentClass,
  args: readonly string[],
): WantedCheckpoint | null {
  const draft = draftConfig(experiment, args, null);
  if (draft.problems.length > 0) throw new ConfigError(draft.problems);
  const { command, name } = draft;
  const values = completed(draft.options, draft.values);
  const { resume, checkpoint, untrained } = runSchema.parse(sectionOf(values, ''));
  const { defaultRootDir, fastDevRun } = trainerOf(values);
  const selector = command === 'fit' ? resume : untrained ? null : (checkpoint ?? 'last');
  const isTrial = command === 'fit' && fastDevRun !== false;
  return selector === null ? null : { selector, experiment: name, defaultRootDir, isTrial };
}

/** A configuration before it is known to be complete. */
interface Draft extends Declared {
  readonly options: readonly Option[];
  readonly own: OwnValues;
  /** Given by a file or the command line. */
  readonly given: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, unknown>;
  readonly problems: Problem[];
}

function draftConfig(experiment: ExperimentClass, args: readonly string[], recalled: Recalled | null): Draft {
  const definition = experimentDefinition(experiment);
  const defaults = hyperParameterDefaults(experiment);
  const options = allOptions(hyperParameters(experiment), (parameter) =>
    hyperParameterSchema(parameter, defaults[parameter.name] ?? 0),
  );
  const { command, rest } = takeCommand(args);
  const { given, stray } = parseArguments(rest);
  if (given.some(([path]) => path === 'version')) throw new PrintAndExit(fulgurVersion());

  const problems: Problem[] = stray.map((word) => strayWord(word, args));
  problems.push(...takenNames(experiment));
  const { transform = null, evaluationTransform = null, ...data } = experimentData(experiment);
  const transforms = { transform, evaluationTransform };
  const declared = flattenConfig({ trainer: definition.trainer ?? {}, data, seed: definition.seed });
  const values = new Map<string, unknown>();
  for (const [path, value] of declared) {
    accept({ path, where: `${path} of @Experiment on ${experiment.name}`, value }, options, values, problems);
  }
  const own: OwnValues = {
    declared: new Map([...Object.entries(defaults), ...values]),
    initial: completed(options, new Map()),
  };
  const recorded = recalled === null ? [] : takenOver(recalled, command, own);
  for (const entry of recorded) accept(entry, options, values, problems);

  const files = given.filter(([path]) => path === 'config').map(([, file]) => expandHome(String(file)));
  // Under another name an anchor's text is there for its aliases alone.
  const names = [...reservedNames, 'hyperparameters', ...Object.keys(defaults)];
  const isKnown = (path: string): boolean => names.includes(path.split('.')[0] ?? '');
  const fromFiles = files.flatMap((file) =>
    readConfigFile(file)
      .filter(({ path, anchored }) => !anchored || isKnown(path))
      .map(({ path, value, line }) => ({
        path: optionPathInFile(path),
        where: `${path} in ${file}, line ${line}`,
        value,
      })),
  );
  const facts = recordedFacts(definition.name, transforms);
  const optionsInFiles = fromFiles.filter((entry) => !takeFact(entry, facts, problems));
  for (const entry of optionsInFiles) accept(entry, options, values, problems);

  if (given.some(([path]) => path === 'help')) {
    throw new PrintAndExit(helpText(definition.name, options, completed(options, values)));
  }
  const words = given.filter(([path]) => path !== 'config');
  for (const [path, text] of words) {
    const full = shortNames.get(path) ?? path;
    const option = options.find((candidate) => candidate.path === full);
    const value = option === undefined ? text : readText(option.schema, text);
    accept({ path: full, where: `--${path}`, value }, options, values, problems);
  }
  problems.push(...misplacedSelectors(command, values));
  return {
    ...{ name: definition.name, command, transforms, options, own, values, problems },
    given: new Set([
      ...optionsInFiles.map(({ path }) => path),
      ...words.map(([path]) => shortNames.get(path) ?? path),
    ]),
  };
}

/** What a checkpoint gave to a configuration, beside what it would be without. */
function takenFrom(config: ResolvedConfig, draft: Draft): OptionChange[] {
  const without = recordOf(draft, completed(draft.options, draft.own.declared));
  return changedOptions(config.toJson(), without).filter(({ path }) => !draft.given.has(path));
}

/** Hyperparameters whose name on the command line means something else already. */
function takenNames(experiment: ExperimentClass): Problem[] {
  return hyperParameters(experiment)
    .filter(({ name }) => reservedNames.includes(name) || isObjectProperty(name))
    .map(({ name }) => ({
      where: `${name} of ${experiment.name}`,
      what: isObjectProperty(name)
        ? 'is the name of a property of every object; call the hyperparameter otherwise'
        : 'is the name of an option of every run; call the hyperparameter otherwise',
    }));
}

function accept(
  { path, where, value }: Given,
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

function refusal(schema: z.ZodType, error: z.ZodError, value: unknown): string {
  const choices = choicesOf(schema) ?? [];
  const isChoice = error.issues[0]?.code === 'invalid_value';
  const must = isChoice ? `must be one of ${choices.join(', ')}` : describe(error);
  const nearest = isChoice && typeof value === 'string' ? nearestChoice(value, choices) : null;
  return `${must}, not ${shown(value)}${nearest === null ? '' : `; did you mean ${nearest}?`}`;
}

function describe(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'is wrong';
  if (issue.code === 'invalid_union') return describeUnion(issue.errors);
  return issue.message.startsWith('must')
    ? issue.message
    : `must be ${issue.message.replace(/^.*expected /i, '').replace(/, received .*$/, '')}`;
}

/** A union says what is wrong in the words of an alternative that has its own; else it lists what they expect. */
function describeUnion(alternatives: readonly (readonly z.core.$ZodIssue[])[]): string {
  const issues = alternatives.flatMap((alternative) => alternative.slice(0, 1));
  const worded = issues.find(({ message }) => message.startsWith('must'));
  return worded?.message ?? 'has the wrong type';
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
  const { name, command, transforms, own } = draft;
  const run = runSchema.parse(sectionOf(values, ''));
  return {
    name,
    command,
    seed: run.seed,
    resume: run.resume,
    checkpoint: command === 'fit' || run.untrained ? null : (run.checkpoint ?? 'last'),
    untrained: run.untrained,
    split: run.split ?? 'test',
    weights: run.weights,
    allowChanges: run.allowChanges,
    trainer: trainerOf(values),
    data: dataSchema.parse({ ...sectionOf(values, 'data.'), ...transforms }),
    cluster: clusterSchema.parse(sectionOf(values, 'cluster.')),
    probe: probeSchema.parse(sectionOf(values, 'probe.')),
    knn: knnSchema.parse(sectionOf(values, 'knn.')),
    hyperparameters: hyperParametersOf(draft, values),
    declared: asJson(Object.fromEntries(own.declared)) as Readonly<Record<string, Json>>,
    takenOver: [],
    toJson: () => recordOf(draft, values),
  };
}

/** A configuration as a run's record has it: without the secrets of addresses. */
function recordOf(draft: Draft, values: ReadonlyMap<string, unknown>): Json {
  const { transform, evaluationTransform } = draft.transforms;
  return redactedData({
    name: draft.name,
    seed: values.get('seed'),
    resume: values.get('resume'),
    trainer: trainerOf(values),
    data: {
      ...sectionOf(values, 'data.'),
      transform: transformJson(transform),
      evaluationTransform: transformJson(evaluationTransform),
    },
    cluster: sectionOf(values, 'cluster.'),
    probe: sectionOf(values, 'probe.'),
    knn: sectionOf(values, 'knn.'),
    hyperparameters: hyperParametersOf(draft, values),
  }) as Json;
}

function trainerOf(values: ReadonlyMap<string, unknown>): TrainerOptions {
  return completeTrainerOptions(trainerSchema.parse(sectionOf(values, 'trainer.')));
}

function hyperParametersOf(
  { options }: Draft,
  values: ReadonlyMap<string, unknown>,
): Record<string, HyperParameterValue> {
  const own = options.filter(({ effect }) => effect === 'hyperparameter');
  return Object.fromEntries(own.map(({ path }) => [path, values.get(path) as HyperParameterValue]));
}

/** The options of a section by their names; those of the run as a whole have no prefix. */
function sectionOf(values: ReadonlyMap<string, unknown>, prefix: string): Record<string, unknown> {
  const inSection = (path: string): boolean =>
    prefix === '' ? Object.hasOwn(runSchema.shape, path) : path.startsWith(prefix);
  return Object.fromEntries(
    [...values].flatMap(([path, value]) => (inSection(path) ? [[path.slice(prefix.length), value]] : [])),
  );
}
