import type { Converter } from '../conversion';
import { biases } from './bias';
import { elementwise } from './elementwise';
import { products } from './products';
import { reductions } from './reductions';
import { shapes } from './shapes';
import { windows } from './windows';

/** The conversions of TensorFlow's operations to ONNX. */
export const converters: ReadonlyMap<string, Converter> = new Map(
  [elementwise, biases, products, windows, reductions, shapes].flatMap((group) => Object.entries(group)),
);
