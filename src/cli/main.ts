#!/usr/bin/env node
/** The command `fulgur`. */
import { fulgur } from '.';

void fulgur();
