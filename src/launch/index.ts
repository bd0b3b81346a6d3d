export type { World } from './world';
