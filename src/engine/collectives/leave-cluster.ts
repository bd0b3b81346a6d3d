import { currentEngine, isStarted } from '../current-engine';
import { waitForAll } from '../native/cluster';

/**
 * Waits until all ranks are done: one that ends while another is still in their last exchange would make that fail. Not
 * for a rank that failed; ranks that are gone already are no error any more.
 */
export async function leaveCluster(): Promise<void> {
  if (!isStarted()) return;
  const { binding, cluster } = currentEngine();
  if (cluster !== null) await waitForAll(binding.library, binding.context);
}
