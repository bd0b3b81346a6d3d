import { z } from 'zod';
import { savedCurves } from './run-history';

/** File, below the run's folder, in which its page keeps what the pages of other runs show of it. */
export const historyFile = 'live-page/history.json';

const savedEnd = z.object({
  status: z.enum(['finished', 'stopped', 'interrupted', 'failed', 'over']),
  detail: z.string().nullable(),
  at: z.number(),
});
const savedMessage = z.object({
  at: z.number(),
  step: z.number(),
  level: z.enum(['info', 'warning']),
  text: z.string(),
});
/** The contents of the file. */
export const savedHistory = z.object({
  curves: savedCurves,
  messages: z.array(savedMessage),
  end: savedEnd.nullable(),
});
