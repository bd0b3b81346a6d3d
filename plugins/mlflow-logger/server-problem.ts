/** Why a request came to nothing. */
export class ServerProblem extends Error {
  /**
   * @param message a sentence that names the server.
   * @param passing whether asking again may help.
   * @param status of the answer, where there was one.
   * @param code MLflow's name for the problem, where it gave one.
   */
  constructor(
    message: string,
    readonly passing: boolean,
    readonly status: number | null = null,
    readonly code: string | null = null,
  ) {
    super(message);
    this.name = 'ServerProblem';
  }
}
