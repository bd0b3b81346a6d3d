import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const eventFile = /^events\.out\.tfevents\.(\d+)\./;

/** The place of a new event file: readers take a folder's files in the order of their names. */
export interface EventFilePlace {
  readonly path: string;
  /** Whether other event files come before it. */
  readonly continues: boolean;
}

/** @param now in seconds; a clock that went backwards, or stood still, gives a later one. */
export function nextEventFile(folder: string, now: number): EventFilePlace {
  const times = namesIn(folder).flatMap((name) => eventFile.exec(name)?.slice(1).map(Number) ?? []);
  const time = Math.max(Math.floor(now), ...times.map((earlier) => earlier + 1));
  return {
    path: join(folder, `events.out.tfevents.${String(time).padStart(10, '0')}.fulgur`),
    continues: times.length > 0,
  };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
