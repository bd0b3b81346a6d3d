import { LineCounter, isAlias, isMap, isNode, isScalar, isSeq, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { FulgurError, messageOf } from '../errors';
import { readRegularText } from '../system';

/** An option read from a configuration file. */
export interface FileOption {
  readonly path: string;
  readonly value: unknown;
  /** Line number, from 1. */
  readonly line: number;
  /** Whether it is under a top-level name with an anchor, which aliases may refer to. */
  readonly anchored: boolean;
}

/** The most aliases that a file may expand. A file of options has a few; one crafted to exhaust memory has millions. */
const MAX_ALIASES = 1000;
/** The largest accepted file of options; a run's record has some kilobytes. */
const MAX_BYTES = 1 << 24;
const TOO_DEEP = 'its lists and mappings are nested too deeply.';

/**
 * Reads the options of a YAML file with two levels of keys, such as `trainer:` and below it `maxEpochs: 3`. Anchors,
 * aliases and merge keys (`<<: *base`) mean what they do in YAML 1.1.
 *
 * @throws FulgurError `config` if the file cannot be read or is not a YAML mapping.
 */
export function readConfigFile(file: string): FileOption[] {
  const lines = new LineCounter();
  const document = parseDocument(readText(file), {
    lineCounter: lines,
    merge: true,
    logLevel: 'error',
  });
  const [problem] = document.errors;
  if (problem !== undefined) {
    const [reason = ''] = problem.message.split('\n');
    throw invalid(file, isOverflow(reason) ? TOO_DEEP : reason, problem);
  }
  if (document.contents === null) return [];
  const tree = expanded(document, file);
  if (!isRecord(tree)) throw notAMapping(file);
  const lineOf = (...path: readonly string[]): number =>
    lines.linePos(offsetOf(document, document.contents, path) ?? 0).line;
  return Object.entries(tree).flatMap(([name, value]): FileOption[] => {
    const anchored = hasAnchor(document.contents, name);
    return isRecord(value)
      ? Object.entries(value).map(([inner, leaf]) => ({
          path: `${name}.${inner}`,
          value: leaf,
          line: lineOf(name, inner),
          anchored,
        }))
      : [{ path: name, value, line: lineOf(name), anchored }];
  });
}

/** Returns the document as plain data, with aliases expanded. */
function expanded(document: Document, file: string): unknown {
  let tree: unknown;
  try {
    tree = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (cause) {
    const message = messageOf(cause);
    if (isOverflow(message)) throw invalid(file, TOO_DEEP, cause);
    throw invalid(
      file,
      /^Excessive/.test(message) ? `it has more than ${MAX_ALIASES} aliases.` : `${message}.`,
      cause,
    );
  }
  try {
    JSON.stringify(tree);
  } catch (cause) {
    throw invalid(
      file,
      isOverflow(messageOf(cause)) ? TOO_DEEP : 'an alias refers to a node that contains it.',
      cause,
    );
  }
  return tree;
}

/** Whether a parser ran out of stack because the file is nested too deeply. */
function isOverflow(message: string): boolean {
  return message.startsWith('Maximum call stack');
}

function hasAnchor(node: unknown, name: string): boolean {
  const value = isMap(node) ? node.items.find(({ key }) => nameOf(key) === name)?.value : undefined;
  return isNode(value) && !isAlias(value) && value.anchor !== undefined;
}

/** Returns the position of a key; for one that an alias or a merge brings in, where it is first written. */
function offsetOf(document: Document, node: unknown, [name, ...rest]: readonly string[]): number | null {
  const map = isAlias(node) ? node.resolve(document) : node;
  if (!isMap(map)) return null;
  const pair = map.items.find(({ key }) => nameOf(key) === name);
  if (pair !== undefined) {
    const own = isScalar(pair.key) ? (pair.key.range?.[0] ?? null) : null;
    return rest.length === 0 ? own : (offsetOf(document, pair.value, rest) ?? own);
  }
  for (const { key, value } of map.items) {
    if (nameOf(key) !== '<<') continue;
    const sources: readonly unknown[] = isSeq(value) ? value.items : [value];
    for (const source of sources) {
      const found = offsetOf(document, source, name === undefined ? [] : [name, ...rest]);
      if (found !== null) return found;
    }
  }
  return null;
}

function nameOf(key: unknown): string {
  if (!isScalar(key)) return String(key);
  // The parser turns the key of a merge into a symbol.
  return typeof key.value === 'symbol' ? '<<' : String(key.value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readText(file: string): string {
  try {
    return readRegularText(file, MAX_BYTES);
  } catch (cause) {
    throw new FulgurError('config', {
      what: `The configuration file ${file} cannot be read: ${messageOf(cause)}.`,
      fix: 'Give --config the path of a readable YAML file.',
      cause,
    });
  }
}

function invalid(file: string, reason: string, cause: unknown): FulgurError {
  return new FulgurError('config', {
    what: `The configuration file ${file} is not valid YAML: ${reason.replace(/:$/, '.')}`,
    fix: 'Correct the file.',
    cause,
  });
}

function notAMapping(file: string): FulgurError {
  return new FulgurError('config', {
    what: `The configuration file ${file} contains no named options.`,
    fix: "Write lines such as 'seed: 1', or 'trainer:' followed by an indented 'maxEpochs: 3'.",
  });
}
