import { arch } from 'node:os';
import { readEnvironment } from '../../config/environment';
import { findBuild, type Build, type Flavour } from './builds';
import { findPythons, type Python } from './find-python';
import { findNvidiaDriver } from './nvidia-driver';

/** The facts about the machine that the search for TensorFlow needs; tests provide others. */
export interface Host {
  readonly platform: string;
  readonly architecture: string;
  readonly tensorflowFolder: string | null;
  readonly cacheFolder: string;
  /** The GNU C library's version on Linux, `null` on a Linux that has another C library. */
  glibcVersion(): string | null;
  /** `say` receives what is awaited. */
  findNvidiaDriver(say: (line: string) => void): Promise<string | null>;
  findPythons(say: (line: string) => void): Promise<Python[]>;
  findBuild(flavour: Flavour): Build | null;
}

/** This machine. */
export function thisHost(): Host {
  const { tensorflowFolder, cacheFolder, searchPath } = readEnvironment();
  return {
    platform: process.platform,
    architecture: arch(),
    tensorflowFolder,
    cacheFolder,
    glibcVersion,
    findNvidiaDriver: (say) => findNvidiaDriver(searchPath, say),
    findPythons: (say) => findPythons(searchPath, say),
    findBuild: (flavour) => findBuild(process.platform, arch(), flavour),
  };
}

function glibcVersion(): string | null {
  const report = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  return report.header.glibcVersionRuntime ?? null;
}
