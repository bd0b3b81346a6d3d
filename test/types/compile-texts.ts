import { posix, resolve } from 'node:path';
import ts from 'typescript';

const root = resolve(__dirname, '../..').replaceAll('\\', '/');

/** What the type checker says of texts, by name: `line: message`, with the reasons indented below it. */
export type Verdicts = Readonly<Record<string, readonly string[]>>;

/** Type-checks texts as files of this folder, under the project's own settings. */
export function compileTexts(texts: Readonly<Record<string, string>>): Verdicts {
  const options = projectOptions();
  const files = new Map(
    Object.entries(texts).map(([name, text]) => [posix.join(root, 'test/types', `${name}.ts`), text]),
  );
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (path) => files.has(path) || disk.fileExists(path),
    readFile: (path) => files.get(path) ?? disk.readFile(path),
    getSourceFile: (path, language, ...rest) => {
      const text = files.get(path);
      return text === undefined
        ? disk.getSourceFile(path, language, ...rest)
        : ts.createSourceFile(path, text, language);
    },
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return Object.fromEntries(
    [...files.keys()].map((path) => [posix.basename(path, '.ts'), verdictsOf(program, path)]),
  );
}

/** The project's own settings. */
export function projectOptions(): ts.CompilerOptions {
  const file = posix.join(root, 'tsconfig.json');
  const { config } = ts.readConfigFile(file, (path) => ts.sys.readFile(path)) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, { ...ts.sys, readDirectory: () => [] }, root);
  // An example that is shown for its types uses nothing of what it declares.
  return { ...options, noUnusedLocals: false, noUnusedParameters: false };
}

function verdictsOf(program: ts.Program, path: string): string[] {
  const file = program.getSourceFile(path);
  if (file === undefined) throw new Error(`${path} was not compiled`);
  return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
    ({ messageText, start = 0 }) =>
      `${file.getLineAndCharacterOfPosition(start).line + 1}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
  );
}
