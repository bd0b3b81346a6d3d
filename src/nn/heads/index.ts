export { DINOProjectionHead } from './dino';
export type { DINOProjectionHeadOptions } from './dino';
export { ProjectionHead } from './projection-head';
export { SimSiamPredictionHead, SimSiamProjectionHead } from './sim-siam';
