export type { BrokenImageRule } from './fill-slot';
export { imageLoader } from './image-loader';
export type { ImageLoaderOptions } from './image-loader';
export { loader } from './loader';
export type { LoaderOptions } from './loader';
export { workerCount } from './loader-options';
export { runInThread } from './start-thread';
export { Sampler } from './sampler';
export type { SamplerOptions } from './sampler';
