/**
 * Reports how much of a long piece of work is done, and lets signals be handled. Await it between two parts. It rejects
 * if the user wants the run to end: the work then frees what it holds and passes the error on.
 */
export type TaskReport = (done: number, total: number) => Promise<void>;

/**
 * Runs a long piece of work, such as an evaluation between two epochs, so that the user sees its progress and can end
 * it. Its time does not count as training.
 *
 * @param name what the user reads: `kNN evaluation`.
 */
export type RunTask = <T>(name: string, work: (report: TaskReport) => Promise<T>) => Promise<T>;
