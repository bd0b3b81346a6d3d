import { nn, optim } from '../../src';
import type { Optimizer } from '../../src';

/** Features of the narrow backbone. */
export const narrowFeatures = 128;

/**
 * A quarter of ResNet-18's width, with the stem for small images, as in `experiments/fastsiam-digits.ts`. It takes the place
 * of an experiment's own backbone, which is freed.
 */
export function narrowBackbone(owner?: nn.Module): nn.ResNetBackbone {
  freePart(owner, 'backbone');
  return nn.resnet18({ head: 'none', stem: 'cifar', width: 16, initialization: 'pytorch' });
}

/** Frees a part that an experiment's subclass puts another one in the place of. */
export function freePart(owner: nn.Module | undefined, name: string): void {
  const part = owner === undefined ? undefined : (Reflect.get(owner, name) as unknown);
  if (part instanceof nn.Module) part.dispose();
}

/** Another part in the place of an experiment's own, which is freed. */
export function instead<T>(owner: nn.Module, name: string, build: () => T): T {
  freePart(owner, name);
  return build();
}

export interface SgdSettings {
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
}

/** What lightly's benchmark on CIFAR-10 trains most methods with, at a batch of 128. */
export const usualSgd: SgdSettings = { learningRate: 0.06, momentum: 0.9, weightDecay: 5e-4 };

export function sgdWords({ learningRate, momentum, weightDecay }: SgdSettings): string {
  return `SGD ${learningRate}, momentum ${momentum}, decay ${weightDecay}`;
}

export function sgdOf(module: nn.Module, settings: SgdSettings): Optimizer {
  return optim.sgd(module.parameters(), settings);
}
