export { describesCluster, findWorld } from './environments/find-world';
export type { ClusterEnvironment, JoinOptions } from './environments/cluster-environment';
export { LocalEnvironment, localRankVariables } from './environments/local-environment';
export { SlurmEnvironment } from './environments/slurm-environment';
export { TfConfigEnvironment } from './environments/tf-config-environment';
export { TorchrunEnvironment } from './environments/torchrun-environment';
export type { Variables } from './environments/variables';
export type { World } from './world';
