import { formatBytes, untilAborted, withoutLogin } from '../../src';

type Answer = Readonly<Record<string, unknown>>;

/** MLflow's answers to what is asked here have a few kilobytes. */
const largestAnswer = 16_000_000;
/** Longer, a server counts as away. */
const requestMilliseconds = 10_000;

/** Asks an MLflow server over its REST API. */
export class MlflowClient {
  /** The server as messages name it, without user and password. */
  readonly address: string;
  private readonly headers: Record<string, string>;

  /** @param closing breaks off what is asked. */
  constructor(
    { trackingUri, token }: { readonly trackingUri: string; readonly token: string | null },
    private readonly closing: AbortSignal,
  ) {
    const { address, authorization } = withoutLogin(trackingUri);
    this.address = `${address.origin}${address.pathname.replace(/\/+$/, '')}`;
    const login = token !== null ? `Bearer ${token}` : authorization;
    this.headers = {
      'content-type': 'application/json',
      ...(login === null ? {} : { authorization: login }),
    };
  }

  /** @throws ServerProblem */
  async get(call: string, query: Readonly<Record<string, string>>): Promise<Answer> {
    return this.ask(call, `?${new URLSearchParams(query).toString()}`, { method: 'GET' });
  }

  /** @throws ServerProblem */
  async post(call: string, body: unknown): Promise<Answer> {
    return this.ask(call, '', { method: 'POST', body: JSON.stringify(body) });
  }

  /**
   * Puts a file where the server keeps its artifacts.
   *
   * @param place from the root of all artifacts on.
   * @throws ServerProblem
   */
  async putArtifact(place: string, bytes: Uint8Array): Promise<void> {
    const path = place.split('/').map(encodeURIComponent).join('/');
    const headers = { 'content-type': 'application/octet-stream' };
    await this.ask(
      `artifacts/${path}`,
      '',
      { method: 'PUT', body: Buffer.from(bytes), headers },
      'mlflow-artifacts',
    );
  }

  private async ask(
    call: string,
    query: string,
    init: Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> },
    part = 'mlflow',
  ): Promise<Answer> {
    const url = `${this.address}/api/2.0/${part}/${call}${query}`;
    const signal = AbortSignal.any([this.closing, AbortSignal.timeout(requestMilliseconds)]);
    let status: number;
    let text: string;
    try {
      const response = await fetch(url, { ...init, headers: { ...this.headers, ...init.headers }, signal });
      status = response.status;
      text = await untilAborted(signal, limitedText(response));
    } catch (error) {
      if (error instanceof TooLong) throw this.tooLong(call);
      throw new ServerProblem(`MLflow at ${this.address} does not answer (${reasonOf(error)}).`, true);
    }
    // To a file that it has taken, MLflow says nothing.
    const answer = text === '' && status === 200 && init.method === 'PUT' ? {} : objectIn(text);
    if (status === 200 && answer !== null) return answer;
    throw this.problem(call, status, answer);
  }

  private tooLong(call: string): ServerProblem {
    return new ServerProblem(
      `${this.address} sends more than ${formatBytes(largestAnswer)} in answer to ${call}: correct trackingUri.`,
      false,
    );
  }

  private problem(call: string, status: number, answer: Answer | null): ServerProblem {
    const { address } = this;
    const code = typeof answer?.['error_code'] === 'string' ? answer['error_code'].slice(0, 100) : null;
    const problem = (message: string, passing: boolean) => new ServerProblem(message, passing, status, code);
    if (status >= 500 || status === 429 || status === 408) {
      return problem(`MLflow at ${address} cannot answer now (status ${status}).`, true);
    }
    if (status === 401 || status === 403) {
      return problem(
        `MLflow at ${address} refused the login (status ${status}): ` +
          'put user and password into trackingUri, or pass token.',
        false,
      );
    }
    if (code === null) {
      return problem(
        `${address} answers, but not as MLflow does (status ${status} to ${call}): correct trackingUri.`,
        false,
      );
    }
    const said = typeof answer?.['message'] === 'string' ? answer['message'] : 'no reason given';
    return problem(`MLflow at ${address} refused ${call} (${code}): ${said.slice(0, 300)}`, false);
  }
}

class TooLong extends Error {}

/** Reads an answer, but no more of it than any server has to say. */
async function limitedText(response: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += piece.length;
    // Leaving the loop breaks the connection off.
    if (length > largestAnswer) throw new TooLong();
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function objectIn(text: string): Answer | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Answer) : null;
  } catch {
    return null;
  }
}

function reasonOf(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  if (name === 'TimeoutError') return `nothing within ${requestMilliseconds / 1000} s`;
  if (name === 'AbortError') return 'nothing before the end of the run';
  return cause?.code ?? cause?.message ?? message;
}

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
