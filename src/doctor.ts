/**
 * Reports line by line whether this machine is ready for Fulgur, and what to do if it is not.
 *
 *   npx ts-node src/doctor.ts
 *   npx ts-node src/doctor.ts --json --accelerator gpu
 */
import { Command, Option } from 'commander';
import { examine } from './doctor/examine';
import type { Finding } from './doctor/finding';
import { formatFinding, formatJson, isHealthy } from './doctor/report';
import type { Accelerator } from './engine/install';
import { guardProcessOutput, plainCommand, writeLines, writeText } from './system';

/** @param name the command typed by the user. */
function commandLine(name: string): Command {
  return plainCommand(new Command(name))
    .description(
      'Checks this machine for Fulgur; installs TensorFlow if it is missing. Exit code 1: something failed.',
    )
    .option('--json', 'print one JSON object instead of lines', false)
    .addOption(
      new Option('--accelerator <name>', 'device that runs compute on')
        .choices(['auto', 'cpu', 'gpu'])
        .default('auto'),
    )
    .action(async ({ json, accelerator }: { json: boolean; accelerator: Accelerator }) => {
      const findings: Finding[] = [];
      guardProcessOutput();
      const onProgress = (line: string) => writeLines(process.stderr, [`      ${line}`]);
      for await (const finding of examine({ accelerator, onProgress })) {
        findings.push(finding);
        if (!json) writeText(process.stdout, `${formatFinding(finding)}\n`);
      }
      if (json) writeText(process.stdout, `${formatJson(findings)}\n`);
      process.exitCode = isHealthy(findings) ? 0 : 1;
    });
}

/** `fulgur doctor [options]`: receives the words after the command. */
export async function doctor(words: readonly string[]): Promise<void> {
  await commandLine('fulgur doctor').parseAsync(words, { from: 'user' });
}

if (require.main === module) void commandLine('npx ts-node src/doctor.ts').parseAsync();
