export {
  DatasetUnavailableError,
  NothingToJudgeError,
  BrokenImageError,
  datasetNames,
  datasets,
  defineDataset,
  imageExtensions,
  listExtensions,
  openArrays,
  readArrayHeader,
  readElements,
  requireBytes,
} from './datasets';
export type { ArrayFile, ArraySource, KnownArray } from './datasets';
export { defineBatches, prepareBatches, tensorBatches } from './batches';
export type { BatchesDefinition, BatchesFactory, BatchingRule, SampleTensors } from './batches';
export type { DatasetSpec, ImageDataset, OpenOptions, Split } from './datasets';
export type { DatasetDefinition, DatasetFactory, DatasetScope, OpenedImages } from './datasets';
export { rgbOf } from './source-image';
export type { SourceImage } from './source-image';
export type { Image } from './image';
export { Sampler, imageLoader, loader, runInThread } from './loader';
export type { BrokenImageRule, ImageLoaderOptions, LoaderOptions, SamplerOptions } from './loader';
export { noData } from './no-data';
export { recordedView } from './plain-images';
export type { PlainImages } from './plain-images';
export { jpegThumbnail } from './thumbnail';
export type { Thumbnail } from './thumbnail';
export { prepareData } from './prepare-data';
export type { DataContext, DataInfo, NamedSample, NamedSamples, PreparedData } from './prepare-data';
export type { DataOptions } from '../contracts';
export type { GrayRange } from './decoding';
export type { CropBox } from './views/kernels/crop-box';
export type { Interpolation } from './views/kernels/axis-filter';
export * as views from './views';
export { defineTransform } from './views';
export { plainViewFacts } from './views/plain';
export type { PlainViewFacts } from './views/plain';
export type {
  ByolOptions,
  CustomOperation,
  CustomOperationOptions,
  DinoOptions,
  FastSiamOptions,
  MaeOptions,
  MocoOptions,
  PixelOperation,
  PlainOptions,
  SampleKey,
  SimclrOptions,
  SimsiamOptions,
  SomeViews,
  SwavOptions,
  TransformDefinition,
  TransformParts,
  TransformSpec,
  VicregOptions,
  View,
  ViewDraws,
  ViewList,
  ViewOptions,
  ViewPixels,
  ViewPlan,
  ViewSize,
  ViewTransform,
} from './views';
