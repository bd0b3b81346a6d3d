import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventEmitter } from 'eventemitter3';
import type {
  FitProgress,
  HookContext,
  RunEventBus,
  RunEvents,
  PluginFolder,
  RunSettings,
} from '../../../src/contracts';

/** An event bus without guards: a listener that throws fails the test. */
export class FakeEvents implements RunEventBus {
  private readonly emitter = new EventEmitter();

  on<K extends keyof RunEvents>(event: K, listener: (...args: RunEvents[K]) => void): () => void {
    this.emitter.on(event, listener as (...args: unknown[]) => void);
    return () => this.emitter.off(event, listener as (...args: unknown[]) => void);
  }

  emit<K extends keyof RunEvents>(event: K, ...args: RunEvents[K]): void {
    this.emitter.emit(event, ...args);
  }

  isHeard(event: keyof RunEvents): boolean {
    return this.emitter.listenerCount(event) > 0;
  }

  get listenerCount(): number {
    return this.emitter.eventNames().reduce((sum, event) => sum + this.emitter.listenerCount(event), 0);
  }
}

/** A run folder in the system's temporary folder. */
export class TemporaryRunFolder implements PluginFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'fulgur-plugins-'));
  readonly experiment = 'toy';
  readonly version = '0';

  resolve(...parts: readonly string[]): string {
    return join(this.path, ...parts);
  }

  claim(name: string): string {
    return this.resolve(name);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export function fitProgress(progress: Partial<FitProgress> = {}): FitProgress {
  return {
    epoch: 0,
    batchIndex: 0,
    globalStep: 0,
    batchesPerEpoch: 4,
    maxEpochs: 2,
    maxSteps: null,
    ...progress,
  };
}

export interface FakeContext extends HookContext {
  readonly logged: [string, number, object | undefined][];
}

/** A hook's context that keeps what was logged. The metrics were measured now, unless another step is given. */
export function hookContext(
  progress: Partial<FitProgress> = {},
  metrics: Record<string, number> = {},
  measuredAtStep = progress.globalStep ?? 0,
): FakeContext {
  const logged: FakeContext['logged'] = [];
  return {
    stage: 'fit',
    progress: fitProgress(progress),
    metrics,
    measured: (name, since = 0) => {
      const value = metrics[name];
      const { epoch = 0 } = progress;
      // Measured again at each epoch and update.
      const serial = 1 + epoch + measuredAtStep;
      if (value === undefined || serial <= since) return undefined;
      return { value, epoch, step: measuredAtStep, serial, source: 'epoch' };
    },
    isDue: () => true,
    logged,
    log: (name, value, options) => logged.push([name, value, options]),
    stop: () => undefined,
    task: (_, work) => work(() => Promise.resolve()),
  };
}

export function runSettings(settings: Partial<RunSettings> = {}): RunSettings {
  return {
    experiment: 'toy',
    seed: 0,
    hyperparameters: {},
    config: {},
    enableProgressBar: true,
    enableCheckpointing: true,
    logEveryNSteps: 1,
    resume: null,
    ...settings,
  };
}

/** Keeps what a plugin says. */
export class Notes {
  readonly said: string[] = [];
  readonly notify = (level: 'info' | 'warning', text: string): void => {
    this.said.push(`${level}: ${text}`);
  };
}

/** The message of what a call throws, or of what its promise is rejected with. */
export async function messageOf(action: () => unknown): Promise<string> {
  try {
    await action();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}
