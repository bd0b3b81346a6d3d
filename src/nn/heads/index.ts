export { ProjectionHead } from './projection-head';
export { SimSiamPredictionHead, SimSiamProjectionHead } from './sim-siam';
