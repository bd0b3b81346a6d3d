export { failTogether } from './fail-together';
export { ProcessGroup } from './process-group';
export { SharedFailure, bufferDiffers, differingNames, requireAgreement } from './require-agreement';
export { SingleDevice, soloRanks } from './single-device';
