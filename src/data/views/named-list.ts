import type { Json } from '../../contracts';
import type { TransformSpec } from './view-transform';
import { ViewList } from './view-list';
import type { View } from './view-options';

/** A method's views, which another thread makes again from the factory and the complete options. */
export function namedList(
  factory: Pick<TransformSpec, 'module' | 'export'>,
  settings: object,
  list: readonly View[],
): ViewList {
  return new ViewList(list, { ...factory, options: asJson(settings) });
}

/** Copies settings, which are plain data. */
function asJson(settings: object): Json {
  return structuredClone(settings) as Json;
}
