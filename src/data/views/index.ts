export { mocoV1, mocoV2, simclr, simsiam, vicreg } from './alike-pairs';
export type { MocoOptions, SimclrOptions, SimsiamOptions, VicregOptions } from './alike-pairs';
export type { AugmentationOptions, SquareViewOptions } from './augmentation-options';
export { byol } from './byol';
export type { ByolOptions, ByolViewOptions } from './byol';
export { custom } from './custom-operation';
export type { CustomOperation, CustomOperationOptions, PixelOperation, ViewPixels } from './custom-operation';
export { defineTransform } from './define-transform';
export type { TransformDefinition, TransformParts } from './define-transform';
export { fastSiam } from './fast-siam';
export type { FastSiamOptions } from './fast-siam';
export { mae } from './mae';
export type { MaeOptions } from './mae';
export { dino, swav } from './multi-crop';
export type { DinoOptions, SwavOptions } from './multi-crop';
export { plain } from './plain';
export type { PlainOptions } from './plain';
export { imagenet } from './normalization';
export type { NormalizeOptions } from './normalization';
export { of, times, view } from './view-list';
export type { SomeViews, ViewList } from './view-list';
export type {
  BlurOptions,
  CropOptions,
  JitterOptions,
  RotateOptions,
  SolarizeOptions,
  View,
  ViewOptions,
} from './view-options';
export { isViewTransform, rebuildTransform } from './view-transform';
export type { ViewPlan, JitterStep } from './view-plan';
export type { SampleKey, TransformSpec, ViewDraws, ViewSize, ViewTransform } from './view-transform';
