import type { Converter } from '../conversion';
import { biases } from './bias';
import { elementwise } from './elementwise';
import { products } from './products';
import { reductions } from './reductions';
import { shapes } from './shapes';
import { windows } from './windows';

/** How each of TensorFlow's operations is written in ONNX. */
export const converters: ReadonlyMap<string, Converter> = new Map(
  [elementwise, biases, products, windows, reductions, shapes].flatMap((group) => Object.entries(group)),
);
