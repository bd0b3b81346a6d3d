export { blend, saturate } from './blend';
export { blurColumns, blurRows } from './blur';
export { blurWide } from './blur-wide';
export { turnHue } from './hue';
export { grayscale, sumLuma } from './luma';
export { normalize } from './normalize';
export { resizeColumns, resizeRows } from './resize';
export { solarize } from './solarize';
