export * from './pure';
export { contentPolicy, htmlDocument } from './html-document';
export type { HtmlDocument } from './html-document';
export { pageStyle } from './page-style';
export { pngOfSvg, renderPng, renderSvg } from './render';
export type { PictureSize } from './render';
