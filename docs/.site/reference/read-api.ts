import { join, relative } from 'node:path';
import { Application, LogLevel, Logger, ReflectionKind } from 'typedoc';
import type { ProjectReflection } from 'typedoc';
import type ts from 'typescript';
import { notExported } from './not-exported';

/** What TypeDoc knows of the code. */
export interface Api {
  readonly project: ProjectReflection;
  readonly checker: ts.TypeChecker;
  readonly programs: readonly ts.Program[];
}

/** Keeps what TypeDoc says, for one error of it all. */
class Complaints extends Logger {
  readonly texts: string[] = [];

  override log(message: string, level: LogLevel): void {
    if (level >= LogLevel.Warn) this.texts.push(message);
  }
}

const root = join(__dirname, '..', '..', '..');

/**
 * Reads the docstrings and types of every export of the package.
 *
 * @throws Error with all that TypeDoc warns of: links without a target, tags that belong to nothing, types that exports name and that
 *   are not exported.
 */
export async function readApi(
  entryPoints: readonly string[] = ['src/index.ts', 'src/plugin-kit/index.ts', 'plugins/*/index.ts'],
  hidden: readonly string[] = notExported,
): Promise<Api> {
  const app = await Application.bootstrap({
    entryPoints: entryPoints.map((entry) => join(root, entry)),
    tsconfig: join(root, 'tsconfig.json'),
    basePath: root,
    displayBasePath: root,
    disableGit: true,
    readme: 'none',
    sourceLinkTemplate: '{path}',
    excludeExternals: true,
    excludePrivate: true,
    excludeInternal: true,
    // The type checker has its own turn.
    skipErrorChecking: true,
    excludeProtected: true,
    intentionallyNotExported: [...hidden],
    sort: ['source-order'],
  });
  // TypeDoc's program would have every file of the project.
  const files = app.options.getFileNames().filter((file) => isIn(relative(root, file), entryPoints));
  app.options.setCompilerOptions(files, app.options.getCompilerOptions(app.logger), []);
  const complaints = new Complaints();
  app.logger = complaints;
  const points = app.getEntryPoints() ?? [];
  const project = app.converter.convert(points);
  app.validate(project);
  const [first] = points;
  if (first === undefined) throw new Error('TypeDoc found no entry point.');
  if (complaints.texts.length > 0) {
    throw new Error(
      `TypeDoc warns of the docstrings:\n${complaints.texts.map((text) => `  ${text}`).join('\n')}`,
    );
  }
  const programs = [...new Set(points.map(({ program }) => program))];
  return { project, checker: first.program.getTypeChecker(), programs };
}

/** Whether a path is one of these, in which `*` stands for a name. */
function isIn(path: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const parts = pattern.split('*').map((part) => part.replaceAll('.', '\\.'));
    return new RegExp(`^${parts.join('[^/]+')}$`).test(path);
  });
}

/** Entry points, as modules of the project. */
export function modulesOf({ project }: Api) {
  return project.getChildrenByKind(ReflectionKind.Module);
}
