import { currentEngine, isStarted } from '../current-engine';

/** How long a rank waits at the end for those that are not done yet. */
const WAIT_MILLISECONDS = 60_000;

/**
 * Waits until all ranks are done: one that ends while another is still in their last exchange would make that fail. Not
 * for a rank that failed; ranks that are gone already are no error any more.
 */
export async function leaveCluster(): Promise<void> {
  if (!isStarted()) return;
  const { binding, cluster } = currentEngine();
  if (cluster === null) return;
  const { library, context } = binding;
  const status: unknown = library['TF_NewStatus']!();
  await new Promise<void>((resolve) => {
    library['TFE_WaitAtBarrier']!.async(context, 'end', WAIT_MILLISECONDS, status, () => resolve());
  });
  library['TF_DeleteStatus']!(status);
}
