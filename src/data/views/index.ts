export { fastSiam } from './fast-siam';
export type { FastSiamOptions } from './fast-siam';
export { plain } from './plain';
export type { PlainOptions } from './plain';
export { imagenet } from './normalization';
export type { NormalizeOptions } from './normalization';
export { rebuildTransform } from './view-transform';
export type { SampleKey, TransformSpec, ViewSize, ViewTransform } from './view-transform';
