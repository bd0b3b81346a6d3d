/**
 * Environment variables that a user sets, and what each does. Those that launchers such as Slurm set for their processes are read by
 * the rooms of the launch; the reference lists all of them.
 */
export const environmentVariables = {
  FULGUR_TENSORFLOW:
    "Folder of TensorFlow's libraries. Without it they are looked for in the cache, and installed there.",
  FULGUR_CACHE: 'Folder of what Fulgur downloads and keeps: TensorFlow, data sets, compiled code.',
  FULGUR_DEBUG: 'With 1 errors show their stack traces.',
  FULGUR_COMPILED:
    'Folder in which `compiler.cjs` keeps compiled TypeScript, so that many short processes compile each file once.',
  XDG_CACHE_HOME:
    'Folder of caches; `fulgur` in it is used where FULGUR_CACHE is not set (default `~/.cache`).',
  CUDA_VISIBLE_DEVICES: 'GPUs that may be used, as CUDA reads it; an empty list or -1 hides all of them.',
  TF_CPP_MIN_LOG_LEVEL:
    "TensorFlow's own log level; 0 shows its start-up lines. By default only its errors are shown.",
  NO_COLOR: 'With any value the output has no colours.',
  FORCE_COLOR: 'Gives colours also to an output that is not a terminal; with 0 to none.',
  TERM: 'With `dumb` no line is drawn again in place.',
  MASTER_ADDR: 'Host of rank 0, as torchrun sets it; also under Slurm.',
  MASTER_PORT: 'Port at which the ranks meet, as torchrun sets it; also under Slurm.',
} as const satisfies Readonly<Record<string, string>>;
