export { decodeImage } from './decode-image';
export type { GrayRange } from './deep-gray';
export { largestImage } from './image-size';
