import { posix } from 'node:path';
import ts from 'typescript';
import { root } from './files';
import type { Module } from './modules';

export interface CompileError {
  /** The module's path. */
  readonly path: string;
  /** Counted from 0, in the module's text. */
  readonly line: number;
  readonly message: string;
}

/** Type-checks modules that are not on disk, under the repository's own settings; sources are parsed once for several calls. */
export class Compiler {
  private readonly options = projectOptions();
  private readonly sources = new Map<string, ts.SourceFile | undefined>();
  private program: ts.Program | undefined;

  /** The names that each module on disk exports, by the module's path. */
  exportsOf(paths: readonly string[]): ReadonlyMap<string, readonly string[]> {
    const program = this.compile(new Map(), paths);
    const checker = program.getTypeChecker();
    return new Map(
      paths.map((path) => {
        const source = program.getSourceFile(posix.join(root, path));
        const symbol = source === undefined ? undefined : checker.getSymbolAtLocation(source);
        if (symbol === undefined) throw new Error(`${path} is not a module`);
        return [path, checker.getExportsOfModule(symbol).map(({ name }) => name)];
      }),
    );
  }

  /** What the type checker reports of each module. */
  errorsOf(modules: readonly Module[]): CompileError[] {
    const texts = new Map(modules.map(({ path, text }) => [posix.join(root, path), text]));
    const program = this.compile(texts, []);
    return modules.flatMap(({ path }) => {
      const source = program.getSourceFile(posix.join(root, path));
      if (source === undefined) throw new Error(`${path} was not compiled`);
      const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
      return found.map(({ messageText, start = 0 }) => ({
        path,
        line: source.getLineAndCharacterOfPosition(start).line,
        message: ts.flattenDiagnosticMessageText(messageText, ' '),
      }));
    });
  }

  private compile(texts: ReadonlyMap<string, string>, paths: readonly string[]): ts.Program {
    const disk = ts.createCompilerHost(this.options);
    const folders = new Set([...texts.keys()].map((path) => posix.dirname(path)));
    const host: ts.CompilerHost = {
      ...disk,
      fileExists: (path) => texts.has(path) || disk.fileExists(path),
      directoryExists: (path) => folders.has(path) || (disk.directoryExists?.(path) ?? true),
      readFile: (path) => texts.get(path) ?? disk.readFile(path),
      getSourceFile: (path, language, ...rest) => {
        const text = texts.get(path);
        if (text !== undefined) return ts.createSourceFile(path, text, language, true);
        if (!this.sources.has(path)) this.sources.set(path, disk.getSourceFile(path, language, ...rest));
        return this.sources.get(path);
      },
    };
    const roots = [...paths.map((path) => posix.join(root, path)), ...texts.keys()];
    this.program = ts.createProgram(roots, this.options, host, this.program);
    return this.program;
  }
}

function projectOptions(): ts.CompilerOptions {
  const file = posix.join(root, 'tsconfig.json');
  const { config } = ts.readConfigFile(file, (path) => ts.sys.readFile(path)) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, { ...ts.sys, readDirectory: () => [] }, root);
  // An example uses nothing of what it declares.
  return { ...options, noUnusedLocals: false, noUnusedParameters: false };
}
