let looking = 0;

/** Loads a file for the experiments in it: it may run one as soon as it is loaded, which is not what is meant. */
export async function whileLooking<T>(load: () => Promise<T>): Promise<T> {
  looking += 1;
  try {
    return await load();
  } finally {
    looking -= 1;
  }
}

/** Whether a file is loaded for the experiments in it alone. */
export function isLooking(): boolean {
  return looking > 0;
}
