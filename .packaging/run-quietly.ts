import { execFile } from 'node:child_process';

/** How a program ended, with everything that it wrote. */
export interface Ended {
  readonly code: number | string | null;
  readonly output: string;
}

/** Runs a program to its end; one that fails, or cannot be started, is an answer, too. */
export function runQuietly(
  program: string,
  args: readonly string[],
  cwd: string,
  variables: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  return new Promise((done) => {
    const options = { cwd, env: { ...process.env, ...variables }, maxBuffer: 1 << 26 };
    execFile(program, args, options, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : (error.code ?? null), output: stdout + stderr });
    });
  });
}

/** The output of a program that must succeed. */
export async function outputOf(
  program: string,
  args: readonly string[],
  cwd: string,
  variables: NodeJS.ProcessEnv = {},
): Promise<string> {
  const { code, output } = await runQuietly(program, args, cwd, variables);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${output}`);
  return output;
}
