import { formatBytes, untilAborted, withoutLogin } from '../../src';

type Answer = Readonly<Record<string, unknown>>;

/** MLflow's responses to these requests have a few kilobytes. */
const largestAnswer = 16_000_000;
/** After this time, a server counts as unavailable. */
const requestMilliseconds = 10_000;

/** A client of an MLflow server's REST API. */
export class MlflowClient {
  /** The server's address for messages, without user and password. */
  readonly address: string;
  private readonly headers: Record<string, string>;

  /** @param closing aborts requests. */
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
   * Uploads a file to the server's artifacts.
   *
   * @param place path from the root of all artifacts.
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
    // MLflow answers a successful upload with an empty response.
    const answer = text === '' && status === 200 && init.method === 'PUT' ? {} : objectIn(text);
    if (status === 200 && answer !== null) return answer;
    throw this.problem(call, status, answer);
  }

  private tooLong(call: string): ServerProblem {
    return new ServerProblem(
      `${this.address} sends more than ${formatBytes(largestAnswer)} in response to ${call}: correct trackingUri.`,
      false,
    );
  }

  private problem(call: string, status: number, answer: Answer | null): ServerProblem {
    const { address } = this;
    const code = typeof answer?.['error_code'] === 'string' ? answer['error_code'].slice(0, 100) : null;
    const problem = (message: string, passing: boolean) => new ServerProblem(message, passing, status, code);
    if (status >= 500 || status === 429 || status === 408) {
      return problem(`MLflow at ${address} is currently unavailable (status ${status}).`, true);
    }
    if (status === 401 || status === 403) {
      return problem(
        `MLflow at ${address} rejected the login (status ${status}): ` +
          'put the user and password into trackingUri, or pass token.',
        false,
      );
    }
    if (code === null) {
      return problem(
        `${address} does not answer as MLflow does (status ${status} for ${call}): correct trackingUri.`,
        false,
      );
    }
    const said = typeof answer?.['message'] === 'string' ? answer['message'] : 'no reason given';
    return problem(`MLflow at ${address} rejected ${call} (${code}): ${said.slice(0, 300)}`, false);
  }
}

class TooLong extends Error {}

/** Reads a response, up to the size that any MLflow server may send. */
async function limitedText(response: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += piece.length;
    // Leaving the loop closes the connection.
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
  if (name === 'TimeoutError') return `no response within ${requestMilliseconds / 1000} s`;
  if (name === 'AbortError') return 'no response before the end of the run';
  return cause?.code ?? cause?.message ?? message;
}

/** The reason why a request failed. */
export class ServerProblem extends Error {
  /**
   * @param message a sentence that names the server.
   * @param passing whether a retry may help.
   * @param status of the response, if there was one.
   * @param code MLflow's name for the problem, if it gave one.
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
