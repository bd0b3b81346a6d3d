export { PrintAndExit, processArguments, processCommand, processFile } from './command-line';
export { wantsStackTraces } from './debug';
export { childEnvironment, processVariables, showOnlyGpu, slurmJob } from './environment';
export { ConfigError, nearestName } from './problems';
export type { Problem } from './problems';
export { resolveConfig } from './resolve-config';
export type { ResolvedConfig } from './resolve-config';
export { knnSchema, probeSchema } from './schema';
export { fulgurVersion } from './version';
