import { currentEngine, isStarted } from '../current-engine';
import { waitForAll } from '../native/cluster';

/**
 * Waits until all ranks are done: if one ended during another's last exchange, that would fail. Not for a rank that
 * failed; ranks that are already gone are no longer an error.
 */
export async function leaveCluster(): Promise<void> {
  if (!isStarted()) return;
  const { binding, cluster } = currentEngine();
  if (cluster !== null) await waitForAll(binding.library, binding.context);
}
