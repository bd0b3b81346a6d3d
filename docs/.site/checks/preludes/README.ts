export { fastSiamLoss } from '../../../../experiments/fastsiam';
