import { fulgurVersion } from '../config/versions';
import { FulgurError, formatBytes } from '../errors';
import { writeReport } from '../report';
import { reportError } from '../run';
import { writeLines } from '../system';

/** `fulgur report <run> [<run> ...] [--out FILE]`: writes a report of finished runs, of any experiments. */
export async function reportRuns(words: readonly string[]): Promise<void> {
  try {
    if (words.includes('--help') || words.includes('-h')) {
      writeLines(process.stdout, usage);
      return;
    }
    const { folders, out } = readWords(words);
    const { path, bytes, runs } = await writeReport({ folders, out, version: fulgurVersion() });
    const labels = runs.map(({ label }) => label).join(', ');
    writeLines(process.stderr, [`Report of ${labels}: ${path} (${formatBytes(bytes)}).`]);
  } catch (error) {
    reportError(error);
  }
}

const usage = [
  ...['Usage: fulgur report <run> [<run> ...] [--out FILE]', ''],
  ...['Writes a report of finished runs as one HTML file that opens from disk and loads nothing else.', ''],
  ...[
    'Options:',
    "  --out FILE  the file (default: report.html in the run's folder, or for several runs in the current folder)",
    '',
  ],
  ...['Examples:', '  fulgur report runs/fastsiam/version_0'],
  '  fulgur report runs/fastsiam/version_0 runs/fastsiam/version_1 --out comparison.html',
];

function readWords(words: readonly string[]): {
  readonly folders: readonly string[];
  readonly out: string | null;
} {
  const folders: string[] = [];
  let out: string | null = null;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const [, inline] = /^--out=(.*)$/s.exec(word) ?? [];
    if (inline !== undefined) out = inline;
    else if (word === '--out') {
      at += 1;
      out = words[at] ?? '';
    } else if (word.startsWith('-')) {
      throw new FulgurError('config', {
        what: `fulgur report has no option '${word}'.`,
        fix: 'Pass folders of runs and --out FILE.',
      });
    } else folders.push(word);
  }
  if (out === '') {
    throw new FulgurError('config', {
      what: '--out was given without a file.',
      fix: 'Write --out report.html.',
    });
  }
  if (folders.length > 0) return { folders, out };
  throw new FulgurError('config', {
    what: 'fulgur report needs at least one run.',
    fix: 'Name its folder, as in: fulgur report runs/fastsiam/version_0.',
  });
}
