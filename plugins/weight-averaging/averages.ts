import { compile, nn, stepInput, tf } from '../../src';
import type { CompiledFunction, EvaluationWeights, ModelAccess, StateDict } from '../../src';

/** One variable of the model, and the average of its values. */
interface Averaged {
  readonly name: string;
  readonly current: tf.Variable;
  readonly average: tf.Variable;
}

/** Averages of a model's variables, kept in TensorFlow's memory and updated by one compiled function. */
export abstract class Averages implements EvaluationWeights {
  private averaged: readonly Averaged[] = [];
  private move: CompiledFunction<[], void> | null = null;
  private nextShare = 0;
  /** The model's own weights while the averages replace them. */
  private raw: readonly tf.Tensor[] | null = null;

  /** @param useBuffers whether buffers are averaged too; otherwise the model's are used. */
  constructor(
    private readonly model: ModelAccess,
    private readonly useBuffers: boolean,
  ) {}

  get exist(): boolean {
    return this.averaged.length > 0;
  }

  get standIn(): boolean {
    return this.raw !== null;
  }

  /** Sets the averages to the current weights. */
  protected begin(): void {
    this.averaged = this.members().map(([name, current]) => ({
      name,
      current,
      // A clone shares the values; an update gives the variable new values and never overwrites the old ones.
      average: tf.tidy(() => tf.variable(tf.clone(current), false)),
    }));
  }

  /** Moves every average by `share` of the way to the current weights, off the JavaScript thread. */
  protected async moveBy(share: number): Promise<void> {
    this.nextShare = share;
    this.move ??= compile(
      () => {
        tf.tidy(() => {
          const part = stepInput(() => this.nextShare);
          for (const { current, average } of this.averaged) {
            const isWhole = current.dtype !== 'float32';
            average.assign(
              isWhole ? tf.clone(current) : tf.add(average, tf.mul(tf.sub(current, average), part)),
            );
          }
        });
      },
      { name: 'averageWeights' },
    );
    await this.move();
  }

  /** Replaces the model's weights with the averages. */
  swapIn(): void {
    if (this.raw !== null || !this.exist) return;
    this.raw = this.averaged.map(({ current }) => tf.keep(tf.clone(current)));
    for (const { current, average } of this.averaged) assignShared(current, average);
  }

  /** Restores the model's own weights, bit for bit. */
  swapOut(): void {
    const { raw } = this;
    if (raw === null) return;
    this.averaged.forEach(({ current }, index) => {
      const own = raw[index];
      if (own !== undefined) assignShared(current, own);
    });
    tf.dispose([...raw]);
    this.raw = null;
  }

  /** Leaves the averages in the model permanently. */
  protected keepIn(): void {
    tf.dispose([...(this.raw ?? [])]);
    this.raw = null;
  }

  /** Returns the model's weights with the averages, in PyTorch's naming and layout. */
  protected modelState(): StateDict {
    const stoodIn = this.standIn;
    this.swapIn();
    try {
      return this.model.stateDict();
    } finally {
      if (!stoodIn) this.swapOut();
    }
  }

  /** Returns the averages alone, in the same form. */
  protected state(): StateDict {
    const names = new Set(this.averaged.map(({ name }) => name));
    return new Map([...this.modelState()].filter(([name]) => names.has(name)));
  }

  protected restore(state: StateDict): void {
    this.dispose();
    const own = this.model.stateDict();
    this.model.loadStateDict(new Map([...own, ...state]));
    this.begin();
    this.model.loadStateDict(own);
  }

  /** Restores the model's own weights, and discards the averages. */
  protected dispose(): void {
    this.swapOut();
    this.move?.dispose();
    this.move = null;
    for (const { average } of this.averaged) average.dispose();
    this.averaged = [];
  }

  private members(): readonly (readonly [string, tf.Variable])[] {
    // Running statistics are variables that were never trainable; the weights of a frozen layer do not change anyway. A
    // queue is data, and its mean over time is meaningless.
    return [...this.model.variables()].filter(
      ([, variable]) =>
        variable.trainable || (this.useBuffers && (nn.isParameter(variable) || nn.isAveraged(variable))),
    );
  }
}

/** Makes a variable share another tensor's values, without a copy. */
function assignShared(variable: tf.Variable, values: tf.Tensor): void {
  tf.tidy(() => {
    variable.assign(tf.clone(values));
  });
}
