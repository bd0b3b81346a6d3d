import { basename } from 'node:path';
import { listed } from '../config';
import type { ResolvedConfig } from '../config';
import { jsonText } from '../contracts';
import type {
  EvaluationData,
  Json,
  ModelAccess,
  Notify,
  Ranks,
  RunEventBus,
  RunFolder,
  RunStatus,
  SavedState,
  TaskReport,
  WeightKind,
} from '../contracts';
import type { NamedSamples, PreparedData } from '../data';
import { isInterruption } from '../errors';
import type { World } from '../launch';
import type { ExperimentClass } from '../metadata';
import { writeWhole } from '../system';
import { inEvaluationMode, modelAccess } from '../trainer';
import type { Trainer, TrainingModule } from '../trainer';
import type { Interruption } from './interruption';
import { environmentRecord } from './record';

/** A command that runs an experiment by its name, as `fulgur train fastsiam`. */
export interface Caller {
  /** What stands between the program and the options: `['train', 'fastsiam']`. */
  readonly words: readonly string[];
  /** The commands for who asks for several ranks, and the experiment is none for them: `fulgur train fastsiam-distributed`. */
  readonly onRanks: () => string;
}

/** An experiment to run, and what connects it to its process. */
export interface RunRequest {
  readonly experiment: ExperimentClass<TrainingModule<unknown>>;
  readonly config: ResolvedConfig;
  readonly args: readonly string[];
  readonly caller: Caller | undefined;
  readonly events: RunEventBus;
  readonly notify: Notify;
  readonly interruption: Interruption;
  /** The ranks that this process is one of; `null` for a process alone. */
  readonly world: World | null;
}

/** A run once everything is put together. */
export interface RunScope extends RunRequest {
  readonly module: TrainingModule<unknown>;
  readonly data: PreparedData;
  readonly folder: RunFolder;
  readonly trainer: Trainer;
  readonly ranks: Ranks;
  /** The checkpoint that was asked for. */
  readonly from: SavedState | undefined;
}

/** How a command ended. One that fails rejects instead. */
export interface CommandResult {
  readonly status: RunStatus;
  readonly metrics: Readonly<Record<string, number>>;
}

/** What a command found out. */
export interface Findings {
  /** Said, and recorded. */
  readonly metrics?: Readonly<Record<string, number>>;
  /** What it measured on, besides the data set. */
  readonly data?: Readonly<Record<string, Json>>;
  /** What else the figures depend on or go with. */
  readonly details?: Readonly<Record<string, Json>>;
}

/** A model to look at, as it was trained. */
export interface Inspection {
  /** Its state, and features of images. */
  readonly model: ModelAccess;
  /** Says how much is done, and gives way to Ctrl-C: to be awaited between two parts of the work. */
  readonly report: TaskReport;
  /** Whether its weights are averages. */
  readonly weights: WeightKind;
}

/** What a command has to work with that needs no run. */
export interface FilesScope<Options = unknown> {
  /** The experiment's name. */
  readonly name: string;
  /** The folder of all experiments' runs. */
  readonly root: string;
  readonly options: Options;
  readonly notify: Notify;
}

/** What a command has to work with. */
export class CommandScope<Options = unknown> {
  /** Of the files beside the record. */
  readonly #endings: string[] = [];

  /** @param options the command's own options, complete. */
  constructor(
    readonly run: RunScope,
    readonly options: Options,
  ) {}

  /** The experiment's name. */
  get name(): string {
    return this.run.config.name;
  }

  /** The experiment's module; {@link inspect} gives it the weights of a checkpoint. */
  get module(): TrainingModule<unknown> {
    return this.run.module;
  }

  /** Plain images of both splits. */
  get data(): EvaluationData {
    return this.run.data.evaluation;
  }

  /** Opens the samples that `--split` names, with the evaluation's view; the caller closes them. */
  samples(): Promise<NamedSamples> {
    return this.run.data.heldOut(this.run.config.split);
  }

  /** Says a sentence to the user. */
  get notify(): Notify {
    return this.run.notify;
  }

  /** Images that are enough where the user only wants to see whether everything runs (`fastDevRun`); else `null`. */
  get trialImages(): number | null {
    const { trainer, data } = this.run.config;
    return trainer.fastDevRun === false ? null : data.batchSize * Number(trainer.fastDevRun);
  }

  /** The checkpoint with the weights that the user asked for; `undefined` for random weights. */
  get evaluated() {
    const { from, config } = this.run;
    return from && { ...from, weights: config.weights };
  }

  /**
   * Looks at the module in evaluation mode, with the weights that the user asked for; they are the seed's random ones
   * without a checkpoint. Ctrl-C ends it at the next report. What `look` found is said, and written to
   * `<run>/evaluations/<checkpoint>.<command>.json` with everything that it depends on; a trial writes nothing.
   *
   * @param title what the user reads: `kNN evaluation`.
   */
  async inspect(
    title: string,
    look: (inspection: Inspection) => Promise<Findings | undefined>,
  ): Promise<CommandResult> {
    const { interruption, module, trainer } = this.run;
    const model = modelAccess(module);
    try {
      const { weights, findings } = await interruption.during(trainer, () =>
        trainer.inspect(module, this.evaluated, (kind, task) =>
          task(title, async (report) => ({
            weights: kind,
            findings: await inEvaluationMode(module, () => look({ model, report, weights: kind })),
          })),
        ),
      );
      await this.conclude(findings ?? {}, weights);
      return { status: 'finished', metrics: findings?.metrics ?? {} };
    } catch (error) {
      if (isInterruption(error)) return { status: 'interrupted', metrics: {} };
      throw error;
    } finally {
      model.dispose();
    }
  }

  /** Writes a file beside the record, whole or not at all; a trial writes none. */
  async write(ending: `.${string}`, content: string | Uint8Array): Promise<void> {
    if (this.trialImages !== null) return;
    await writeWhole(`${this.stem}${ending}`, Buffer.from(content));
    this.#endings.push(ending);
  }

  /**
   * `<run>/evaluations/<checkpoint>.<command>`, to which an ending is put; of weights that a fit begins with, the seed names the file,
   * and what they were read from.
   * Another split, and raw weights that were asked for, stand behind the command.
   */
  get stem(): string {
    const { config, folder, from } = this.run;
    const { seed, initialWeights } = config;
    const begun = initialWeights === null ? '' : `-${basename(initialWeights, '.safetensors')}`;
    const weights = from === undefined ? `seed=${seed}${begun}` : basename(from.path);
    const kinds = [
      ...(config.split === 'test' ? [] : [config.split]),
      ...(config.weights === 'raw' ? ['raw'] : []),
    ];
    return folder.resolve('evaluations', [weights, config.command, ...kinds].join('.'));
  }

  /**
   * Says what was found, and writes it with everything that it depends on.
   *
   * @param besides endings of files that belong to it.
   */
  async conclude(
    { metrics = {}, data, details }: Findings,
    weights: WeightKind,
    besides: readonly string[] = this.#endings,
  ): Promise<void> {
    const { notify, config, from, args, data: used } = this.run;
    if (weights === 'averaged') {
      notify('info', 'Evaluated with the averaged weights; --weights raw takes those in training.');
    } else if (config.weights === 'raw') notify('info', 'Evaluated with the raw weights.');
    for (const [name, value] of Object.entries(metrics)) {
      notify('info', `${name} = ${value.toPrecision(6)}`);
    }
    if (this.trialImages !== null) return;
    const record: Json = {
      command: config.command,
      checkpoint: from?.path ?? null,
      weights,
      progress: from === undefined ? null : { ...from.state.progress },
      metrics: { ...metrics },
      ...details,
      data: { ...used.info, split: config.split, ...data },
      config: config.toJson(),
      environment: await environmentRecord(used.info, args, null, null, notify),
    };
    await writeWhole(`${this.stem}.json`, Buffer.from(`${jsonText(record, 2, 'evaluation')}\n`));
    notify('info', `Written to ${this.stem}${listed(['.json', ...besides])}.`);
  }
}
