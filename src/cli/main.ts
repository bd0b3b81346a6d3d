#!/usr/bin/env node
/** The command `fulgur`. */
import { createRequire } from 'node:module';
import type * as commandLine from '.';
import { keepCompiledCode } from './compile-cache';

keepCompiledCode();
// Loaded after that, so that it is cached too.
void (createRequire(__filename)('.') as typeof commandLine).fulgur();
