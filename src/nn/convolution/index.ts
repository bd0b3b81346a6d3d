export { convolve } from './convolve';
export type { ConvolutionOptions } from './geometry';
export { AxisGeometry } from './geometry';
