import { z } from 'zod';

const place = { epoch: z.number(), nextBatch: z.number(), globalStep: z.number() };

/** Where a run goes on, as stored. */
export const resumePointSchema = z.union([
  z.object({ ...place, validated: z.literal(true) }),
  z.object(place),
]);
