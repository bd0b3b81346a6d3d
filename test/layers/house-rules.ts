import { basename } from 'node:path';
import ts from 'typescript';
import { importsOf, lineOf, parse, walk } from './source-file';
import type { SourceFile } from './source-file';

/** A package or module of Node that only some folders and files may import. */
interface Reserved {
  readonly module: RegExp;
  readonly named: string;
  readonly places: readonly string[];
}

const reserved: readonly Reserved[] = [
  { module: /^koffi$/, named: 'native access', places: ['src/engine/native/', 'src/launch/native/'] },
  {
    module: /^(node:)?child_process$/,
    named: 'starting programs',
    places: ['src/system/', 'src/launch/local/', 'src/locks/process-identity.ts'],
  },
  { module: /^inversify$/, named: 'the container', places: ['src/container/', 'src/metadata/'] },
  {
    module: /^(node:)?fs(\/promises)?$/,
    named: 'the file system',
    places: [
      'src/config/',
      'src/data/',
      'src/engine/install/',
      'src/locks/',
      'src/system/',
      'src/launch/',
      // Points the process's standard error elsewhere while TensorFlow loads.
      'src/engine/native/quiet-stderr.ts',
      'src/doctor/machine.ts',
      'src/report/',
      'src/run-folder/',
      'src/run/',
      'src/pages/',
      // Thousands of thumbnails in a folder that is moved to its place once it is complete.
      'src/export/web/',
      'src/plugin-kit/',
      'src/cli/',
      'plugins/checkpointing/',
      'plugins/shared/appended-file.ts',
      'plugins/image-folder/index.ts',
      'plugins/tensorboard-logger/event-file.ts',
      // Looks for other runs to show; its thread loads nothing of Fulgur.
      'plugins/live-page/other-runs.ts',
    ],
  },
];

const longestFile = 400;

/** Everything in a file that is against the house style and that a glance can tell. */
export function checkHouseRules(source: SourceFile): string[] {
  return [...nameProblems(source), ...reservedImports(source), ...syntaxProblems(source)];
}

/** Names that two files declare and export: a reader would have to know which one is meant. */
export function checkNames(sources: readonly SourceFile[]): string[] {
  const places = new Map<string, string[]>();
  for (const source of sources) {
    for (const name of new Set(declaredExports(source))) {
      places.set(name, [...(places.get(name) ?? []), source.path]);
    }
  }
  return [...places]
    .filter(([, paths]) => paths.length > 1)
    .map(([name, paths]) => `${name} is declared in ${paths.join(' and ')}`);
}

function declaredExports(source: SourceFile): string[] {
  return parse(source).statements.flatMap((statement) => {
    const isExported =
      ts.canHaveModifiers(statement) &&
      (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (!isExported) return [];
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.map(({ name }) => name.getText());
    }
    const named =
      ts.isClassDeclaration(statement) ||
      ts.isFunctionDeclaration(statement) ||
      ts.isInterfaceDeclaration(statement) ||
      ts.isTypeAliasDeclaration(statement);
    return named && statement.name !== undefined ? [statement.name.text] : [];
  });
}

function nameProblems({ path, text }: SourceFile): string[] {
  const name = basename(path, '.ts');
  const lines = text.trimEnd().split('\n').length;
  return [
    ...(/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) ? [] : [`${path} is not in kebab-case`]),
    ...(/^(utils?|helpers?|misc|common)$/.test(name) ? [`${path} is named after no concept`] : []),
    ...(lines > longestFile ? [`${path} has ${lines} lines, more than ${longestFile}`] : []),
  ];
}

function reservedImports(source: SourceFile): string[] {
  return importsOf(source).flatMap(({ specifier, line }) =>
    reserved
      .filter(
        ({ module, places }) => module.test(specifier) && !places.some((p) => source.path.startsWith(p)),
      )
      .map(({ named }) => `${source.path}:${line} imports ${specifier}: ${named} has its own places`),
  );
}

function syntaxProblems(source: SourceFile): string[] {
  const problems: string[] = [];
  walk(parse(source), (node) => {
    const reason = reasonAgainst(node, source.path);
    if (reason !== null) problems.push(`${source.path}:${lineOf(node)} ${reason}`);
  });
  return problems;
}

function reasonAgainst(node: ts.Node, path: string): string | null {
  if (isDefaultExport(node)) return 'exports a default';
  if (ts.isInterfaceDeclaration(node) && /^I[A-Z][a-z]/.test(node.name.text)) {
    return `names the interface ${node.name.text} with an I`;
  }
  if (writesPast(node) && !path.startsWith('src/system/') && !path.startsWith('experiments/')) {
    return 'writes to the terminal itself, not by src/system';
  }
  if (callsTimer(node) && !path.startsWith('src/system/')) return 'waits by setTimeout, not by src/system';
  const read = processProperty(node);
  // An experiment file may be a program of its own, such as a hand-written loop.
  if (read === 'argv' && path.startsWith('experiments/')) return null;
  return read !== null && !path.startsWith('src/config/') ? `reads process.${read} outside src/config` : null;
}

function isDefaultExport(node: ts.Node): boolean {
  if (ts.isExportAssignment(node)) return true;
  if (ts.isExportSpecifier(node)) return node.name.text === 'default';
  return (
    ts.canHaveModifiers(node) &&
    (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)
  );
}

/** `console.log`, `process.stdout.write`: they can fail, and show whatever is in the text. */
function writesPast(node: ts.Node): boolean {
  if (!ts.isPropertyAccessExpression(node)) return false;
  if (ts.isIdentifier(node.expression)) return node.expression.text === 'console';
  const stream = ts.isPropertyAccessExpression(node.expression) ? node.expression : null;
  const isOutput = stream !== null && ['stdout', 'stderr'].includes(stream.name.text);
  return isOutput && isProcess(stream.expression) && node.name.text === 'write';
}

/** Node's own timers end a wait of more than 25 days at once. */
function callsTimer(node: ts.Node): boolean {
  if (ts.isImportSpecifier(node)) return (node.propertyName ?? node.name).text === 'setTimeout';
  return (
    ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'setTimeout'
  );
}

/** `env` and `argv` of `process.env`, `process['argv']` and `const { env } = process`. */
function processProperty(node: ts.Node): string | null {
  const names = namesReadOffProcess(node);
  return names.find((name) => name === 'env' || name === 'argv') ?? null;
}

function namesReadOffProcess(node: ts.Node): string[] {
  if (ts.isPropertyAccessExpression(node) && isProcess(node.expression)) return [node.name.text];
  if (ts.isElementAccessExpression(node) && isProcess(node.expression)) {
    return ts.isStringLiteralLike(node.argumentExpression) ? [node.argumentExpression.text] : [];
  }
  const unpacks =
    ts.isVariableDeclaration(node) && isProcess(node.initializer) && ts.isObjectBindingPattern(node.name);
  return unpacks ? node.name.elements.map((part) => (part.propertyName ?? part.name).getText()) : [];
}

function isProcess(node: ts.Node | undefined): boolean {
  return node !== undefined && ts.isIdentifier(node) && node.text === 'process';
}
