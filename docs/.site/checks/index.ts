import type { Check } from '../problem';
import { codeBlocks } from './code-blocks';
import { commands } from './commands';
import { prose } from './prose';
import { siteBuild } from './site-build';
import { spelling } from './spelling';

/** All checks, in the order in which they run. */
export const checks: readonly Check[] = [siteBuild, codeBlocks, commands, spelling, prose];
