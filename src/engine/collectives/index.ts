export { allReduce } from './all-reduce';
export { LostRanksError } from './collective-failure';
export { leaveCluster } from './leave-cluster';
