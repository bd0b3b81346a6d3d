import { importsOf, targetOf } from './source-file';
import type { SourceFile } from './source-file';

/** The rooms of `src`, top to bottom; those of one line do not know each other. */
export const order: readonly (readonly string[])[] = [
  ['cli'],
  ['run', 'doctor', 'plugin-kit'],
  ['container'],
  ['trainer'],
  ['strategy'],
  ['export'],
  ['evaluation'],
  ['data'],
  ['optim', 'losses'],
  ['nn'],
  ['engine'],
  ['launch'],
  ['config'],
  ['metadata'],
  ['report'],
  ['run-folder', 'locks'],
  ['charts'],
  ['pages'],
  ['contracts'],
  ['graph'],
  ['system'],
  ['errors'],
];

/** A file of a room, besides its index, that another room may import. */
export interface Exception {
  readonly room: string;
  readonly file: string;
  readonly why: string;
}

/** The one folder that all plugins may import; it knows none of them. */
const sharedByPlugins = 'plugins/shared';
const publicList = 'src/index.ts';
/** The scripts of pages, which run in browsers. */
const browserSources = 'src/pages/browser/';

interface Edge {
  readonly from: string;
  readonly to: string;
}

/** Everything about the imports of `src`, `plugins` and `experiments` that is against the architecture. */
export function checkLayers(sources: readonly SourceFile[], exceptions: readonly Exception[] = []): string[] {
  const paths = new Set(sources.map(({ path }) => path));
  const problems: string[] = [];
  const edges: Edge[] = [];
  const used = new Set<Exception>();
  for (const source of sources) {
    for (const { specifier, line } of importsOf(source)) {
      const at = `${source.path}:${line}`;
      const to = targetOf(source.path, specifier, paths);
      if (to === null) {
        if (specifier.startsWith('.')) problems.push(`${at} imports ${specifier}, which does not exist`);
        continue;
      }
      const edge = { from: source.path, to };
      edges.push(edge);
      const reason = refusalOf(edge, exceptions, used);
      if (reason !== null) problems.push(`${at} imports ${to}: ${reason}`);
    }
  }
  problems.push(
    ...exceptions
      .filter((exception) => !used.has(exception))
      .map(({ room, file }) => `the exception of ${room} for ${file} is not used any more`),
    ...circles(edges).map((circle) => `the files ${circle.join(' → ')} import each other`),
  );
  return problems;
}

function refusalOf(edge: Edge, exceptions: readonly Exception[], used: Set<Exception>): string | null {
  const area = areaOf(edge.from);
  if (area === 'src') return refusalInSrc(edge, exceptions, used);
  return area === 'plugins' ? refusalInPlugin(edge) : refusalInExperiment(edge);
}

function refusalInSrc({ from, to }: Edge, exceptions: readonly Exception[], used: Set<Exception>) {
  if (areaOf(to) !== 'src') return 'src knows nothing of plugins and experiments';
  // esbuild puts a page's script together of whatever files it needs, and refuses those that need Node.
  if (from.startsWith(browserSources))
    return to === publicList ? 'a page takes files, not the public list' : null;
  if (to.startsWith(browserSources)) return 'the sources of pages are bundled, not imported';
  if (to === publicList) return 'the public list is for plugins and experiments';
  const own = roomOf(from);
  const other = roomOf(to);
  if (own === other) return null;
  if (own !== 'index' && heightOf(other) >= heightOf(own)) return `${other} does not lie below ${own}`;
  if (to === `src/${other}/index.ts` || to === `src/${other}.ts`) return null;
  const exception = exceptions.find(({ room, file }) => room === own && file === to);
  if (exception === undefined) return `${other} is imported through its index only`;
  used.add(exception);
  return null;
}

function refusalInPlugin({ from, to }: Edge): string | null {
  if (to === publicList) return null;
  const folder = folderOf(from);
  if (folder !== null && (folderOf(to) === folder || folderOf(to) === sharedByPlugins)) return null;
  return `a plugin imports its own folder, ${publicList} and ${sharedByPlugins} only`;
}

function refusalInExperiment({ to }: Edge): string | null {
  const fits = to === publicList || areaOf(to) === 'experiments' || /^plugins\/[^/]+\/index\.ts$/.test(to);
  return fits ? null : `an experiment imports ${publicList}, plugins' indexes and experiments only`;
}

function areaOf(path: string): string {
  return path.split('/')[0] ?? '';
}

/** `trainer` for `src/trainer/fit/fit-loop.ts`, `run` for `src/run.ts`. */
function roomOf(path: string): string {
  return (path.split('/')[1] ?? '').replace(/\.ts$/, '');
}

/** A plugin's folder, as `plugins/timer`; `null` for a file beside the folders. */
function folderOf(path: string): string | null {
  const parts = path.split('/');
  return parts[0] === 'plugins' && parts.length > 2 ? `plugins/${parts[1] ?? ''}` : null;
}

function heightOf(room: string): number {
  const line = order.findIndex((rooms) => rooms.includes(room));
  // A room that is not in the list lies below none and above none.
  return line < 0 ? Infinity : order.length - line;
}

/** One circle for each file that closes one. */
function circles(edges: readonly Edge[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) next.set(from, [...(next.get(from) ?? []), to]);
  const found: string[][] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) found.push([...path.slice(start), file]);
    if (start >= 0 || done.has(file)) return;
    for (const to of next.get(file) ?? []) visit(to, [...path, file]);
    done.add(file);
  };
  for (const file of next.keys()) visit(file, []);
  return found;
}
