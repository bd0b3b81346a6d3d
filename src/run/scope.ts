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

/** A command that runs an experiment by its name, such as `fulgur train fastsiam`. */
export interface Caller {
  /** The words between the program and the options: `['train', 'fastsiam']`. */
  readonly words: readonly string[];
  /** Returns the commands to suggest if an experiment does not support several ranks: `fulgur train fastsiam-distributed`. */
  readonly onRanks: () => string;
}

/** An experiment to run, and its connection to the process. */
export interface RunRequest {
  readonly experiment: ExperimentClass<TrainingModule<unknown>>;
  readonly config: ResolvedConfig;
  readonly args: readonly string[];
  readonly caller: Caller | undefined;
  readonly events: RunEventBus;
  readonly notify: Notify;
  readonly interruption: Interruption;
  /** The group of ranks to which this process belongs; `null` for a single process. */
  readonly world: World | null;
}

/** A fully assembled run. */
export interface RunScope extends RunRequest {
  readonly module: TrainingModule<unknown>;
  readonly data: PreparedData;
  readonly folder: RunFolder;
  readonly trainer: Trainer;
  readonly ranks: Ranks;
  /** The requested checkpoint. */
  readonly from: SavedState | undefined;
}

/** How a command ended. A command that fails rejects instead. */
export interface CommandResult {
  readonly status: RunStatus;
  readonly metrics: Readonly<Record<string, number>>;
}

/** The findings of a command. */
export interface Findings {
  /** Metrics that are printed and recorded. */
  readonly metrics?: Readonly<Record<string, number>>;
  /** The data on which it measured, besides the data set. */
  readonly data?: Readonly<Record<string, Json>>;
  /** Other facts on which the figures depend or that belong to them. */
  readonly details?: Readonly<Record<string, Json>>;
}

/** A trained model to examine. */
export interface Inspection {
  /** The model's state, and features of images. */
  readonly model: ModelAccess;
  /** Reports progress and allows Ctrl-C to interrupt: await it between parts of the work. */
  readonly report: TaskReport;
  /** Whether its weights are averaged. */
  readonly weights: WeightKind;
}

/** The scope of a command that needs no run. */
export interface FilesScope<Options = unknown> {
  /** The experiment's name. */
  readonly name: string;
  /** The folder of all experiments' runs. */
  readonly root: string;
  readonly options: Options;
  readonly notify: Notify;
}

/** The scope of a command: everything that it works with. */
export class CommandScope<Options = unknown> {
  /** Path stem of the files beside the record. */
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

  /** The experiment's module; {@link inspect} loads the weights of a checkpoint into it. */
  get module(): TrainingModule<unknown> {
    return this.run.module;
  }

  /** Plain images of each split. */
  get data(): EvaluationData {
    return this.run.data.evaluation;
  }

  /** Opens the samples of the split that `--split` names, with the evaluation view; the caller closes them. */
  samples(): Promise<NamedSamples> {
    return this.run.data.heldOut(this.run.config.split ?? 'test');
  }

  /** Shows the user a message. */
  get notify(): Notify {
    return this.run.notify;
  }

  /** The number of images that suffices to check that everything runs (`fastDevRun`); otherwise `null`. */
  get trialImages(): number | null {
    const { trainer, data } = this.run.config;
    return trainer.fastDevRun === false ? null : data.batchSize * Number(trainer.fastDevRun);
  }

  /** The checkpoint with the weights that the user requested; `undefined` for random weights. */
  get evaluated() {
    const { from, config } = this.run;
    return from && { ...from, weights: config.weights };
  }

  /**
   * Examines the module in evaluation mode, with the weights that the user requested, or the seed's random weights
   * without a checkpoint. Ctrl-C ends it at the next report. The findings of `look` are printed, and written to
   * `<run>/evaluations/<checkpoint>.<command>.json` with everything on which they depend; a trial writes nothing.
   *
   * @param title title for the user, such as `kNN evaluation`.
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

  /** Writes a file beside the record, completely or not at all; a trial writes none. */
  async write(ending: `.${string}`, content: string | Uint8Array): Promise<void> {
    if (this.trialImages !== null) return;
    await writeWhole(`${this.stem}${ending}`, Buffer.from(content));
    this.#endings.push(ending);
  }

  /**
   * `<run>/evaluations/<checkpoint>.<command>`, to which an extension is added; for the initial weights of a fit, the
   * file is named after the seed and the file from which they were read. Another split, and explicitly requested raw
   * weights, follow the command in the name.
   */
  get stem(): string {
    const { config, folder, from } = this.run;
    const { seed, initialWeights } = config;
    const begun = initialWeights === null ? '' : `-${basename(initialWeights, '.safetensors')}`;
    const weights = from === undefined ? `seed=${seed}${begun}` : basename(from.path);
    const kinds = [
      ...(config.split === null || config.split === 'test' ? [] : [config.split]),
      ...(config.weights === 'raw' ? ['raw'] : []),
    ];
    return folder.resolve('evaluations', [weights, config.command, ...kinds].join('.'));
  }

  /**
   * Prints the findings, and writes them with everything on which they depend.
   *
   * @param besides extensions of files that belong to it.
   */
  async conclude(
    { metrics = {}, data, details }: Findings,
    weights: WeightKind,
    besides: readonly string[] = this.#endings,
  ): Promise<void> {
    const { notify, config, from, args, data: used } = this.run;
    if (weights === 'averaged') {
      notify('info', 'Evaluated with the averaged weights; --weights raw uses the training weights.');
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
