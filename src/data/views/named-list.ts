import type { Json } from '../../contracts';
import type { TransformSpec } from './view-transform';
import { ViewList } from './view-list';
import type { View } from './view-options';

/** A method's views, and how another thread makes the same ones: by its factory and complete options. */
export function namedList(
  factory: Pick<TransformSpec, 'module' | 'export'>,
  settings: object,
  list: readonly View[],
): ViewList {
  return new ViewList(list, { ...factory, options: asJson(settings) });
}

/** A copy of settings, which are plain data. */
function asJson(settings: object): Json {
  return structuredClone(settings) as Json;
}
