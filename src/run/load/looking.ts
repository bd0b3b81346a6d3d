let looking = 0;

/** Loads a file for the experiments in it, without running one, which the file may do as soon as it is loaded. */
export async function whileLooking<T>(load: () => Promise<T>): Promise<T> {
  looking += 1;
  try {
    return await load();
  } finally {
    looking -= 1;
  }
}

/** Returns whether a file is currently loaded only for the experiments in it. */
export function isLooking(): boolean {
  return looking > 0;
}
