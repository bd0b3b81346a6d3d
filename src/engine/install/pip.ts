import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { formatBytes, FulgurError } from '../../errors';
import { makeFolder, runProgram, type ProgramResult } from '../../system';
import { childEnvironment } from '../../config/environment';
import { sha256Of } from './manifest';
import { progressReport } from './progress-report';
import { runPip } from './python-scripts';
import { wheelName, type Wheel } from './wheel';

const pollMs = 500;
/** pip itself gives up on a silent server after a minute or two. */
const SILENCE_MILLISECONDS = 600_000;
const otherLibraries = 'or set FULGUR_TENSORFLOW to a folder that contains the libraries.';

/**
 * Downloads one wheel with a Python's pip into `folder`, whatever the platform of that Python, and checks its SHA-256.
 * pip's own settings (index, proxy, certificates) apply.
 * @returns the wheel's file.
 * @throws FulgurError `engine` if pip fails (no network, no such wheel, disk full) or the file is not the pinned one.
 */
export async function downloadWheel(
  python: string,
  wheel: Wheel,
  folder: string,
  onProgress: (line: string) => void,
  silenceMs = SILENCE_MILLISECONDS,
): Promise<string> {
  // pip's own temporary files go here too: they are removed with the folder, and their size is the progress.
  const temporary = join(folder, 'pip');
  const target = join(folder, 'wheel');
  await makeFolder(temporary);
  const size = wheel.bytes === null ? '' : ` (${formatBytes(wheel.bytes)})`;
  const report = progressReport(`Downloading ${wheelName(wheel)}${size} with pip`, onProgress);
  let arrived = 0;
  const watch = setInterval(() => {
    void folderSize(folder).then((bytes) => {
      arrived = bytes;
      report(bytes, wheel.bytes);
    });
  }, pollMs);
  const pip = (...more: string[]): Promise<ProgramResult> =>
    runProgram(python, ['-c', runPip, ...pipArguments(wheel, target), ...more], {
      limitMs: silenceMs,
      sign: () => arrived,
      awaited: `pip, which downloads ${wheelName(wheel)}`,
      onWait: onProgress,
      env: childEnvironment({ TMPDIR: temporary }),
    });
  let result: ProgramResult;
  try {
    result = await pip();
    // If it is told not to retry, pip does not report whether the index was reached at all.
    if (foundNothing(result)) result = await pip('--retries', '1');
  } finally {
    clearInterval(watch);
  }
  if (result.overdue) throw pipHangs(wheel, silenceMs);
  if (result.code !== 0) throw pipError(wheel, result);
  return checkedWheel(wheel, target);
}

function pipArguments(wheel: Wheel, target: string): string[] {
  const python = ['--implementation', 'cp', '--python-version', wheel.python];
  const form = ['--no-deps', '--only-binary=:all:', '--platform', wheel.platform, ...python];
  // pip's cache would keep a second copy of hundreds of megabytes that is never needed again.
  const quiet = ['--no-cache-dir', '--disable-pip-version-check', '--no-input', '--progress-bar', 'off'];
  return ['download', ...quiet, ...form, '--dest', target, `${wheel.project}==${wheel.version}`];
}

async function checkedWheel(wheel: Wheel, target: string): Promise<string> {
  const files = (await readdir(target).catch(() => [])).filter((name) => name.endsWith('.whl'));
  const [name] = files;
  if (name === undefined || files.length > 1) {
    throw new FulgurError('engine', {
      what: `pip succeeded but left ${files.length} wheels for ${wheelName(wheel)} instead of one.`,
      fix: `Update pip (python3 -m pip install --upgrade pip), ${otherLibraries}`,
    });
  }
  const file = join(target, name);
  const sha256 = await sha256Of(file);
  if (sha256 !== wheel.sha256) {
    throw new FulgurError('engine', {
      what: `The downloaded ${wheelName(wheel)} has the SHA-256 ${sha256} instead of ${wheel.sha256}.`,
      why: "pip's index serves another file, or the download was altered in transit.",
      fix: `Point pip at an index that serves the original file, ${otherLibraries}`,
    });
  }
  return file;
}

/** Turns the end of a failed pip run, `result`, into an error with the remedy. */
export function pipError(wheel: Wheel, result: ProgramResult): FulgurError {
  const name = wheelName(wheel);
  const kind = kindOf(result.stderr + result.stdout);
  const end = result.signal === null ? `exit code ${String(result.code)}` : `signal ${result.signal}`;
  return new FulgurError('engine', {
    what: kind === undefined ? `pip failed to download ${name} (${end}).` : kind.what(name),
    why: `pip reported: "${lastWords(result, kind?.sign ?? /^ERROR:|Error\b/)}".`,
    fix: kind === undefined ? `Correct the problem that pip reports, ${otherLibraries}` : kind.fix,
  });
}

function foundNothing({ code, stdout, stderr }: ProgramResult): boolean {
  return code !== 0 && kindOf(stdout + stderr) === noSuchWheel;
}

function kindOf(output: string): Failure | undefined {
  return failures.find(({ sign }) => sign.test(output));
}

function pipHangs(wheel: Wheel, silenceMs: number): FulgurError {
  return new FulgurError('engine', {
    what: `pip received no data of ${wheelName(wheel)} for ${silenceMs / 1000} seconds, and was stopped.`,
    fix: `Check the network and pip's index and proxy settings, ${otherLibraries}`,
  });
}

interface Failure {
  readonly sign: RegExp;
  readonly what: (name: string) => string;
  readonly fix: string;
}

const noSuchWheel: Failure = {
  sign: /No matching distribution|Could not find a version/,
  what: (name) => `pip's package index does not have ${name} for this machine.`,
  fix: `Update pip (python3 -m pip install --upgrade pip), point it at an index that has the wheel, ${otherLibraries}`,
};

// The first match counts: without a network pip also ends with "no matching distribution".
const failures: readonly Failure[] = [
  {
    sign: /No space left on device|Errno 28\b|Disk quota exceeded/,
    what: (name) => `The disk became full while pip was downloading ${name}.`,
    fix: 'Free some space, or set FULGUR_CACHE to a folder on a larger disk.',
  },
  {
    sign: /Connection|Max retries exceeded|name resolution|unreachable|timed out|ProxyError|SSLError|getaddrinfo/i,
    what: (name) => `pip could not download ${name}: its package index cannot be reached.`,
    fix: `Check the network and pip's index and proxy settings, ${otherLibraries}`,
  },
  noSuchWheel,
];

/** Returns the last line that matches the sign, otherwise the last line of all. */
function lastWords({ stdout, stderr }: ProgramResult, sign: RegExp): string {
  const lines = `${stdout}\n${stderr}`.split('\n').map((line) => line.trim());
  const telling = lines.filter((line) => sign.test(line));
  const last = telling.at(-1) ?? lines.filter((line) => line !== '').at(-1) ?? '';
  return last.length > 300 ? `${last.slice(0, 300)}...` : last;
}

async function folderSize(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    // pip moves files while they are counted.
    bytes += await stat(join(entry.parentPath, entry.name)).then(
      ({ size }) => size,
      () => 0,
    );
  }
  return bytes;
}
