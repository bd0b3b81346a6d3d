import type { ResolvedConfig } from '../config';
import { visibleGpus } from '../engine';

/** How many processes of this host a run is to have: one a device, and one where it does not train. */
export async function localRanks({ command, trainer }: ResolvedConfig): Promise<number> {
  const { devices, accelerator } = trainer;
  if (command !== 'fit') return 1;
  if (devices !== 'auto') return devices;
  return accelerator === 'cpu' ? 1 : Math.max(1, (await visibleGpus()).length);
}
