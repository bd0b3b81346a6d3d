import { z } from 'zod';

/** The option that tells several plugins of one kind apart. */
export const pluginName = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "expected kebab-case, such as 'loss-stop'")
  .optional();
