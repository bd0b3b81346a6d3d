export { decodeImage } from './decode-image';
export { whiteOfUnscaled } from './deep-gray';
export type { GrayRange } from './deep-gray';
export { largestImage } from './image-size';
