export { failTogether } from './fail-together';
export { ProcessGroup } from './process-group';
export { SharedFailure, bufferDiffers, requireAgreement } from './require-agreement';
export { SingleDevice } from './single-device';
export { soloRanks } from './solo-ranks';
