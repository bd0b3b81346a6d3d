export { ResNet, ResNetBackbone } from './resnet';
export type { ResNetOptions } from './resnet';
export { resnet18, resnet34, resnet50 } from './variants';
export type { BackboneOptions, ClassifierOptions, ResNetFactory } from './variants';
