export { barlowTwins } from './barlow-twins';
export type { BarlowTwinsOptions } from './barlow-twins';
export { dcl, dclw } from './dcl';
export type { DclOptions, DclwOptions } from './dcl';
export { negativeCosineSimilarity } from './negative-cosine-similarity';
export { ntXent, ntXentAgainst } from './nt-xent';
export type { NtXentOptions } from './nt-xent';
export { vicReg } from './vic-reg';
export type { VicRegOptions } from './vic-reg';
