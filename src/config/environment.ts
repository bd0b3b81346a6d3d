import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

/** What Fulgur reads from the environment. Every variable is named here and nowhere else. */
export interface Environment {
  /** `FULGUR_TENSORFLOW`: a folder with TensorFlow's libraries, made absolute; `null` if not set. */
  readonly tensorflowFolder: string | null;
  /** `FULGUR_CACHE`, else `XDG_CACHE_HOME/fulgur`, else `~/.cache/fulgur`; an absolute path. */
  readonly cacheFolder: string;
  /** The folders of `PATH`, in order. */
  readonly searchPath: readonly string[];
  /** `CUDA_VISIBLE_DEVICES`; `null` if not set. */
  readonly visibleGpus: readonly string[] | null;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Reads the environment; an empty variable counts as not set. */
export function readEnvironment(variables: Variables = process.env): Environment {
  const tensorflow = valueOf(variables, 'FULGUR_TENSORFLOW');
  return {
    tensorflowFolder: tensorflow === null ? null : resolve(tensorflow),
    cacheFolder: resolve(cacheFolder(variables)),
    visibleGpus: visibleGpus(variables['CUDA_VISIBLE_DEVICES']),
    searchPath: (variables['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ''),
  };
}

/** This process's variables, for code that reads whole families of them. */
export function processVariables(): Variables {
  return process.env;
}

/** Returns the environment for a child process: this process's own with `changes` applied. */
export function childEnvironment(changes: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...changes };
}

/** An empty list or -1 hides all GPUs. */
function visibleGpus(list: string | undefined): readonly string[] | null {
  if (list === undefined) return null;
  const names = list.split(',').map((name) => name.trim());
  return names.filter((name) => name !== '' && name !== '-1');
}

function cacheFolder(variables: Variables): string {
  const own = valueOf(variables, 'FULGUR_CACHE');
  if (own !== null) return own;
  const shared = valueOf(variables, 'XDG_CACHE_HOME');
  return join(shared ?? join(homedir(), '.cache'), 'fulgur');
}

function valueOf(variables: Variables, name: string): string | null {
  const value = variables[name];
  return value === undefined || value === '' ? null : value;
}

/** Whether the user asked for TensorFlow's own start-up lines, by `TF_CPP_MIN_LOG_LEVEL=0`. */
export function wantsTensorFlowLog(variables: Variables = process.env): boolean {
  return valueOf(variables, 'TF_CPP_MIN_LOG_LEVEL') === '0';
}

/**
 * Prevents TensorFlow from printing its own warnings next to our errors, unless the user set a log level.
 *
 * @param errorsToo whether to suppress its errors too: those of ranks are reported again as ours.
 */
export function quietenTensorFlow(errorsToo: boolean, variables: Variables = process.env): void {
  if (valueOf(variables, 'TF_CPP_MIN_LOG_LEVEL') !== null) return;
  process.env['TF_CPP_MIN_LOG_LEVEL'] = errorsToo ? '3' : '2';
}

/** Replaces a leading `~` in a path by the home folder, as shells do. */
export function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}

/** Leaves one GPU visible to this process. Call it before TensorFlow is loaded. */
export function showOnlyGpu(name: string): void {
  process.env['CUDA_VISIBLE_DEVICES'] = name;
}

/** The Slurm job that this process belongs to, by its name in `scontrol`; `null` outside Slurm. */
export function slurmJob(variables: Variables = process.env): string | null {
  const array = valueOf(variables, 'SLURM_ARRAY_JOB_ID');
  const task = valueOf(variables, 'SLURM_ARRAY_TASK_ID');
  return array !== null && task !== null ? `${array}_${task}` : valueOf(variables, 'SLURM_JOB_ID');
}

/** Whether the user asked for the stack traces of errors, by `FULGUR_DEBUG=1`. */
export function wantsStackTraces(variables: Variables = process.env): boolean {
  return !['', '0', 'false', undefined].includes(variables['FULGUR_DEBUG']);
}

/** What an output supports. */
export interface TerminalAbilities {
  /** Whether lines can be redrawn in place. */
  readonly redraws: boolean;
  readonly colours: boolean;
}

/**
 * Determines what an output supports: `TERM=dumb` means a terminal that only takes lines, `NO_COLOR` turns colours off,
 * and `FORCE_COLOR` turns them on even for an output that is not a terminal, or off if it is 0.
 */
export function terminalAbilities(
  { isTTY }: { readonly isTTY?: boolean },
  variables: Variables = process.env,
): TerminalAbilities {
  const redraws = isTTY === true && variables['TERM'] !== 'dumb';
  return { redraws, colours: forcedColours(variables) ?? redraws };
}

/** `null` if neither variable decides. */
function forcedColours(variables: Variables): boolean | null {
  const force = variables['FORCE_COLOR'];
  if (force !== undefined) return !['0', 'false'].includes(force);
  return (variables['NO_COLOR'] ?? '') === '' ? null : false;
}
