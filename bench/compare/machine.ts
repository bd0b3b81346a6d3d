import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { callCommand } from './call-command';

/** Everything about a machine on which figures depend. */
export interface Machine {
  readonly processor: string;
  /** Instruction sets that the kernels use, as Linux names them. */
  readonly instructions: readonly string[];
  readonly cores: number;
  readonly memoryBytes: number;
  /** `cpu`, ... as reported by the doctor. */
  readonly device: string;
  /** Versions by name. */
  readonly versions: Readonly<Record<string, string>>;
}

const instructionSets = ['avx2', 'avx512f', 'avx512_bf16', 'amx_bf16'];
const peerPackages = { PyTorch: 'torch', lightly: 'lightly', 'PyTorch Lightning': 'pytorch-lightning' };

/** Describes a machine in one line. */
export function describeMachine(machine: Machine): string {
  const { processor, instructions, cores, memoryBytes, device, versions } = machine;
  const sets = instructions.length === 0 ? '' : ` (${instructions.join(', ')})`;
  const hardware = [
    `${processor}${sets}`,
    cores === 1 ? 'one core' : `${cores} cores`,
    `${(memoryBytes / 2 ** 30).toFixed(0)} GiB`,
    `on the ${device.toUpperCase()}`,
  ];
  const software = Object.entries(versions).map((entry) => entry.join(' '));
  return `${hardware.join(', ')}; ${software.join(', ')}`;
}

/** Examines this machine, its TensorFlow, and the packages of the peer's Python; `null` without a peer. */
export function readMachine(python: string | null): Machine {
  const doctor = callCommand(['npx', 'ts-node', 'src/doctor.ts', '--json']);
  const { findings } = JSON.parse(doctor) as { findings: { name: string; detail: string }[] };
  // '2.21.0 (cpu), from the cache: ...', 'cpu (CPU:0), 2 threads'
  const found = (name: string): string =>
    findings.find((finding) => finding.name === name)?.detail.split(' ')[0] ?? 'unknown';
  const peers = python === null ? {} : peerVersions(python);
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown processor',
    instructions: readInstructions(),
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    device: found('Device'),
    versions: {
      Node: process.versions.node,
      TensorFlow: found('TensorFlow'),
      ...peers,
    },
  };
}

function peerVersions(python: string): Record<string, string> {
  const script = join(__dirname, '../peer/versions.py');
  const found = JSON.parse(callCommand([python, script, ...Object.values(peerPackages)])) as string[];
  return Object.fromEntries(
    Object.keys(peerPackages).map((name, index) => [name, found[index] ?? 'unknown']),
  );
}

function readInstructions(): string[] {
  try {
    const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.split(' ') ?? [];
    return instructionSets.filter((name) => flags.includes(name));
  } catch {
    // Not Linux.
    return [];
  }
}
