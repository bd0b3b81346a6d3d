export { describesCluster, findWorld } from './environments/find-world';
export { localRankVariables } from './environments/local-environment';
export { enterIsolation, isIsolated, isolateNetwork } from './local/isolate-network';
export { launchLocally } from './local/launch-locally';
export type { LaunchRequest } from './local/launch-locally';
export { followLauncher, isLaunched, tellLauncher } from './local/messages';
export type { LaunchSignal } from './local/messages';
export type { World } from './world';
