import { docs } from '../.site/paths.js';
import { siteConfig } from '../.site/site-config.js';
import type { SiteCommand } from '../.site/site-config.js';

/** Vite gives the command that was started. */
export default ({ command }: { command: SiteCommand }) => siteConfig(docs, command);
