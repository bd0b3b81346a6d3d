export { MessageCodec } from './message-codec';
