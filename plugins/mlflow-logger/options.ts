import { z } from 'zod';

export interface MlflowLoggerOptions {
  /**
   * Address of the MLflow server (default `http://127.0.0.1:5000`, where `mlflow server` listens); a user and a password
   * may stand in it, `https://user:password@host`.
   */
  readonly trackingUri?: string;
  /** A token for servers that want one, sent as `Authorization: Bearer`. */
  readonly token?: string;
  /** MLflow's experiment (default: the name of Fulgur's); made where it is not there. */
  readonly experimentName?: string;
  /** The run's name in MLflow (default: the version, as `version_0`). */
  readonly runName?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Seconds that the end of the run may take to send what waits (default 10). */
  readonly teardownSeconds?: number;
}

export const mlflowLoggerOptions = z.strictObject({
  trackingUri: z
    .string()
    .refine(isHttpAddress, 'expected the http or https address of an MLflow server')
    .default('http://127.0.0.1:5000'),
  token: z.string().min(1).nullable().default(null),
  experimentName: z.string().min(1).max(500).nullable().default(null),
  runName: z.string().min(1).nullable().default(null),
  tags: z.record(z.string(), z.string()).default({}),
  teardownSeconds: z.number().nonnegative().max(8_640_000).default(10),
});

export type MlflowLoggerSettings = z.output<typeof mlflowLoggerOptions>;

function isHttpAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
