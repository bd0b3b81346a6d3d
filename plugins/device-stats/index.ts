import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { Plugin, definePlugin, engineInfo, inject, liveCounts, runProgram, tokens } from '../../src';
import type { BatchResult, HookContext, PluginDescriptor, PluginHooks } from '../../src';

const schema = z.strictObject({
  /** Log after every Nth update. */
  everyNSteps: z.int().positive().default(10),
});

/** Options of `deviceStats()`. */
export type DeviceStatsOptions = z.input<typeof schema>;

const question = ['--query-gpu=memory.used', '--format=csv,noheader,nounits', '--id=0'];

/** Mebibytes in use on the first GPU by all programs, as the driver's tool reports; `null` if it is unavailable. */
async function gpuMemory(): Promise<number | null> {
  const limits = { limitMs: 5_000, awaited: 'nvidia-smi' };
  const answer = await runProgram('nvidia-smi', question, limits).catch(() => null);
  const value = Number.parseFloat(answer?.stdout ?? '');
  return answer?.code === 0 && Number.isFinite(value) ? value : null;
}

const MEBIBYTE = 2 ** 20;

/** Reads the resources that the process uses, after updates. */
@Plugin({ name: 'device-stats', help: 'logs processor and memory use', ranks: 'first', options: schema })
export class DeviceStats implements PluginHooks {
  private cpu = process.cpuUsage();
  private since = performance.now();
  private hasGpu = false;

  constructor(@inject(tokens.pluginOptions) private readonly options: z.output<typeof schema>) {}

  onTrainStart(): void {
    this.hasGpu = engineInfo().device === 'gpu';
    this.restart();
  }

  async onTrainBatchEnd({ log, progress }: HookContext, { updated }: BatchResult): Promise<void> {
    if (!updated || progress.globalStep % this.options.everyNSteps !== 0) return;
    log('cpu_share', this.cpuShare());
    log('resident_mib', process.memoryUsage.rss() / MEBIBYTE);
    log('live_tensors', liveCounts().tensors);
    this.restart();
    if (!this.hasGpu) return;
    const used = await gpuMemory();
    if (used === null) this.hasGpu = false;
    else log('gpu_memory_mib', used);
  }

  /** Share of all cores since the last reading: 1 means that this process kept every core busy. */
  private cpuShare(): number {
    const { user, system } = process.cpuUsage(this.cpu);
    const wall = 1000 * (performance.now() - this.since);
    return (user + system) / (wall * availableParallelism());
  }

  private restart(): void {
    this.cpu = process.cpuUsage();
    this.since = performance.now();
  }
}

/**
 * Logs the resources that the process uses after every Nth update, as Lightning's `DeviceStatsMonitor` does:
 * `cpu_share` (of all cores, since the last reading), `resident_mib`, and `live_tensors`, the number of tensors in the
 * process: if it grows from epoch to epoch, there is a leak. On a GPU it also logs `gpu_memory_mib`, read with
 * `nvidia-smi`; this has not yet been tested on a GPU.
 *
 * ```ts
 * plugins: [deviceStats({ everyNSteps: 50 })]
 * ```
 */
export function deviceStats(options: DeviceStatsOptions = {}): PluginDescriptor {
  return definePlugin(DeviceStats, options);
}
