export { decodeImage } from './decode-image';
export { largestImage } from './image-size';
