import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePortNumber } from '../../launch/environments/free-port-number';
import { makePackage } from './package-of-source';
import { missingLine, parseTutorial } from './parse-tutorial';
import type { Step } from './parse-tutorial';

const root = resolve(__dirname, '../../..');
const mark = '\u001e';

/**
 * Does what a tutorial says, in a new folder and in one shell: files are written and commands are run in the page's order.
 *
 * @param page the Markdown.
 * @returns the output of each step, empty for a file.
 * @throws an error that names the page's line, with the whole output, when a command fails or promised output is missing.
 */
export async function runTutorial(page: string, timeoutSeconds = 240): Promise<readonly string[]> {
  const steps = parseTutorial(page);
  const workplace = mkdtempSync(join(tmpdir(), 'fulgur-tutorial-'));
  try {
    makePackage(join(workplace, 'fulgur'));
    const script = writeScript(steps, workplace);
    const { code, output } = await runScript(script, join(workplace, 'reader'), timeoutSeconds);
    const outputs = output
      .split(mark)
      .slice(1)
      .map((text) => text.replace(/^\d+\n/, ''));
    steps.forEach((step, index) => {
      const said = outputs[index];
      const isLast = index === outputs.length - 1;
      if (said === undefined || (isLast && code !== 0))
        throw new Error(failure(step, `ended with ${code}`, said));
      const missing = step.kind === 'commands' ? missingLine(step.expected, said) : null;
      if (missing !== null) throw new Error(failure(step, `lacks the line '${missing}' in its output`, said));
    });
    return outputs;
  } finally {
    rmSync(workplace, { recursive: true, force: true });
  }
}

function failure({ line, kind }: Step, what: string, output = ''): string {
  return `Line ${line}: the block of ${kind === 'file' ? 'a file' : 'commands'} ${what}.\n${output}`;
}

/** One script of all steps, so that folders, variables and background jobs last as in a reader's terminal. */
function writeScript(steps: readonly Step[], workplace: string): string {
  const aside = join(workplace, 'aside');
  mkdirSync(aside);
  mkdirSync(join(workplace, 'reader'));
  const lines = [
    'set -e -o pipefail',
    `ROOT='${root}' PACKAGE='${workplace}/fulgur'`,
    `source '${__dirname}/tools.sh'`,
    ...steps.flatMap((step, index) => {
      const file = join(aside, String(index));
      writeFileSync(file, step.text);
      const act = step.kind === 'file' ? `cp '${file}' '${step.path}'` : `source '${file}'`;
      return [`printf '${mark}%s\\n' ${index}`, act];
    }),
  ];
  const script = join(aside, 'all.sh');
  writeFileSync(script, `${lines.join('\n')}\n`);
  return script;
}

async function runScript(script: string, cwd: string, timeoutSeconds: number) {
  const variables = {
    // All pages' projects have the same settings.
    FULGUR_COMPILED: process.env['FULGUR_COMPILED'] ?? join(root, 'node_modules/.cache/compiled'),
    CI: 'true',
    NO_COLOR: '1',
    // For pages that serve something, so that two can be run at once.
    PORT: String(await freePortNumber()),
  };
  const child = spawn('bash', ['-c', 'exec bash "$0" 2>&1', script], {
    cwd,
    // A group of its own, so that nothing that a page starts outlives it.
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...variables },
  });
  const endGroup = () => {
    try {
      process.kill(-(child.pid ?? NaN), 'SIGKILL');
    } catch {
      // It has ended.
    }
  };
  const timer = setTimeout(endGroup, timeoutSeconds * 1000);
  const parts: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => parts.push(part));
  const code = await new Promise<number | string>((done) =>
    child.on('exit', (status, signal) => done(status ?? signal ?? 'no code')),
  );
  clearTimeout(timer);
  endGroup();
  return { code, output: Buffer.concat(parts).toString() };
}
