import { nn } from '../../src';
import { FastSiam } from '../../experiments/fastsiam';

/** FastSiam with a quarter of ResNet-18's width and the stem for small images, as in `experiments/fastsiam-digits.ts`. */
export class NarrowFastSiam extends FastSiam {
  override readonly backbone = instead(this, 'backbone', () =>
    nn.resnet18({ head: 'none', stem: 'cifar', width: 16 }),
  );
  override readonly projectionHead = instead(
    this,
    'projectionHead',
    () => new nn.SimSiamProjectionHead(128, 512, 128),
  );
}

/** Replaces a part of the experiment, and frees the original. */
function instead<T>(owner: nn.Module, name: string, build: () => T): T {
  const part = Reflect.get(owner, name) as unknown;
  if (part instanceof nn.Module) part.dispose();
  return build();
}
