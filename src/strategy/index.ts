export { failTogether } from './fail-together';
export { ProcessGroup } from './process-group';
export { SharedFailure, bufferDiffers, requireAgreement } from './require-agreement';
export { SingleDevice, soloRanks } from './single-device';
