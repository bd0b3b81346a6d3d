import { availableParallelism } from 'node:os';
import { Plugin, engineInfo, inject, liveCounts, tokens } from '../../src';
import type { BatchResult, HookContext, PluginHooks } from '../../src';
import { gpuMemory } from './gpu-memory';
import type { DeviceStatsSettings } from './options';

const MEBIBYTE = 2 ** 20;

/** Reads what the process takes, after updates. */
@Plugin({ name: 'device-stats', ranks: 'first' })
export class DeviceStats implements PluginHooks {
  private cpu = process.cpuUsage();
  private since = performance.now();
  private hasGpu = false;

  constructor(@inject(tokens.pluginOptions) private readonly options: DeviceStatsSettings) {}

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

  /** Of all cores, since the last look: 1 is every core busy with this process. */
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
