export { ProcessGroup } from './process-group';
export { SingleDevice } from './single-device';
export { soloRanks } from './solo-ranks';
