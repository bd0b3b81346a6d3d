import { ResNet, ResNetBackbone } from './resnet';
import type { ResNetKind, ResNetOptions } from './resnet';
import { BasicBlock, Bottleneck } from './residual-block';

/** Options of a ResNet without its classifier. */
export interface BackboneOptions extends ResNetOptions {
  /** No classifier: the network returns features. */
  readonly head: 'none';
}

/** Options of a ResNet with its classifier. */
export interface ClassifierOptions extends ResNetOptions {
  readonly head?: 'linear';
  /** The number of classes of the classifier (default 1000). */
  readonly classes?: number;
}

/** Builds a network of one depth, with or without its classifier. */
export interface ResNetFactory {
  (options: BackboneOptions): ResNetBackbone;
  (options?: ClassifierOptions): ResNet;
}

/** ResNet-18: 512 features. */
export const resnet18 = factory({ block: BasicBlock, depths: [2, 2, 2, 2] });

/** ResNet-34: 512 features. */
export const resnet34 = factory({ block: BasicBlock, depths: [3, 4, 6, 3] });

/** ResNet-50: 2048 features. */
export const resnet50 = factory({ block: Bottleneck, depths: [3, 4, 6, 3] });

function factory(kind: ResNetKind): ResNetFactory {
  const build = (options: BackboneOptions | ClassifierOptions = {}): ResNet | ResNetBackbone =>
    options.head === 'none'
      ? new ResNetBackbone(kind, options)
      : new ResNet(kind, options.classes ?? 1000, options);
  return build as ResNetFactory;
}
