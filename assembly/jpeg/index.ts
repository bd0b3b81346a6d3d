export { readStream } from './bit-stream';
export { convertFull, convertHalved } from './colors';
export { buildTable } from './huffman';
export { decodeScan } from './scan';
export { orderSteps } from './zigzag';
