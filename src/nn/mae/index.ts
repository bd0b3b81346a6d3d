export { MAEDecoder } from './mae-decoder';
export type { MAEDecoderOptions } from './mae-decoder';
export { MaskedVisionTransformer } from './masked-vision-transformer';
export type { MaskedVisionTransformerOptions } from './masked-vision-transformer';
export { sineCosinePositions } from './sine-cosine-positions';
export { maskTokens, placeTokens, randomTokenMask, takeTokens } from './token-selection';
export type { TokenMask, TokenMaskOptions } from './token-selection';
