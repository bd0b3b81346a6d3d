import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

/** Debian's Chromium, or the one that the variable names. */
const executablePath = process.env['FULGUR_CHROMIUM'] ?? '/usr/bin/chromium';

/** Starts a browser without a window; the caller closes it. */
export async function openBrowser(): Promise<Browser> {
  if (!existsSync(executablePath)) {
    throw new Error(
      `There is no browser at ${executablePath}: install Debian's package chromium, or name another Chromium in FULGUR_CHROMIUM.`,
    );
  }
  // Root has no sandbox, and containers have little shared memory.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}
