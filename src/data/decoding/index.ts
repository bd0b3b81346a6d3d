export { decodeImage } from './decode-image';
