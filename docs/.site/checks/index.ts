import type { Check } from '../problem';
import { codeBlocks } from './code-blocks';
import { commands } from './commands';
import { decisions } from './decisions';
import { links } from './links';
import { prose } from './prose';
import { reference } from './reference';
import { served } from './served';
import { siteBuild } from './site-build';
import { spelling } from './spelling';

/** All checks, in the order in which they run. */
export const checks: readonly Check[] = [
  siteBuild,
  reference,
  links,
  served,
  codeBlocks,
  commands,
  spelling,
  prose,
  decisions,
];
