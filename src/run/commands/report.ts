import { z } from 'zod';
import { fulgurVersion } from '../../config';
import { newestRun, writeReport } from '../../report';
import { formatBytes } from '../../errors';
import { defineFilesCommand } from '../command';

/** Writes a report of one or several finished runs as a file for a browser. */
export const report = defineFilesCommand({
  name: 'report',
  help: 'write a report of finished runs as one HTML file',
  title: 'Report',
  options: {
    runs: z.array(z.string()).default([]).describe("folders of runs (default: the experiment's newest run)"),
    out: z
      .string()
      .nullable()
      .default(null)
      .describe(
        "file to write (default: report.html in the run's folder, or for several runs in the current folder)",
      ),
  },
  words: 'runs',
  run: async ({ name, root, options, notify }) => {
    const folders = options.runs.length > 0 ? options.runs : [await newestRun(root, name)];
    const { path, bytes, runs } = await writeReport({ folders, out: options.out, version: fulgurVersion() });
    notify(
      'info',
      `Report of ${runs.map(({ label }) => label).join(', ')}: ${path} (${formatBytes(bytes)}).`,
    );
    return { status: 'finished', metrics: {} };
  },
});
