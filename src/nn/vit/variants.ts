import { VisionTransformer } from './vision-transformer';
import type { VisionTransformerOptions } from './vision-transformer';

/** The remaining options of a vision transformer of a known size. */
export type VitOptions = Omit<VisionTransformerOptions, 'width' | 'depth' | 'heads' | 'mlpRatio'>;

/** ViT-Tiny: 12 blocks of 192 features and 3 heads, 5.7 million parameters with patches of 16 pixels. */
export function vitTiny(options: VitOptions = {}): VisionTransformer {
  return new VisionTransformer({ ...options, width: 192, heads: 3 });
}

/** ViT-Small: 12 blocks of 384 features and 6 heads, 22 million parameters with patches of 16 pixels. */
export function vitSmall(options: VitOptions = {}): VisionTransformer {
  return new VisionTransformer({ ...options, width: 384, heads: 6 });
}

/** ViT-Base: 12 blocks of 768 features and 12 heads, 86 million parameters with patches of 16 pixels. */
export function vitBase(options: VitOptions = {}): VisionTransformer {
  return new VisionTransformer({ ...options, width: 768, heads: 12 });
}
