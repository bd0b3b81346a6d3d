import type {
  DeclarationReflection,
  Reflection,
  SignatureReflection,
  SomeType,
  TypeParameterReflection,
} from 'typedoc';
import { ReflectionKind } from 'typedoc';
import { code, escaped } from './markdown';
import type { Places } from './places';

/** A type in pieces, some of which lead to where they are described. */
export type Word = string | { readonly text: string; readonly target: Reflection };

/** A type as text. */
export function textOf(words: readonly Word[]): string {
  return words.map((word) => (typeof word === 'string' ? word : word.text)).join('');
}

/** A type as inline code, in which exports of the package are links. */
export function linkedCode(words: readonly Word[], places: Places, page: string): string {
  const place = (word: Word) => (typeof word === 'string' ? null : places.of(word.target));
  if (words.every((word) => place(word) === null)) return code(textOf(words));
  const parts = words.map((word) => {
    const target = place(word);
    const text = escaped(typeof word === 'string' ? word : word.text);
    return target === null ? text : `[${text}](${places.link(target, page)})`;
  });
  return `<code>${parts.join('')}</code>`;
}

const prefixes: Readonly<Record<string, string>> = { '@tensorflow/tfjs-core': 'tf.', zod: 'z.' };

/** The pieces of a type, in TypeScript's notation. */
export function wordsOf(type: SomeType | undefined): Word[] {
  if (type === undefined) return ['unknown'];
  switch (type.type) {
    case 'array':
      return [...within(type.elementType), '[]'];
    case 'conditional':
      return [
        ...[...wordsOf(type.checkType), ' extends ', ...wordsOf(type.extendsType)],
        ...[' ? ', ...wordsOf(type.trueType), ' : ', ...wordsOf(type.falseType)],
      ];
    case 'indexedAccess':
      return [...within(type.objectType), '[', ...wordsOf(type.indexType), ']'];
    case 'intersection':
      return joined(type.types.map(within), ' & ');
    case 'union':
      return joined(type.types.map(within), ' | ');
    case 'literal':
      return [typeof type.value === 'string' ? `'${type.value}'` : String(type.value)];
    case 'mapped':
      return [
        ...['{ ', type.readonlyModifier === '+' ? 'readonly ' : '', `[${type.parameter} in `],
        ...[...wordsOf(type.parameterType), ']', type.optionalModifier === '+' ? '?' : '', ': '],
        ...[...wordsOf(type.templateType), ' }'],
      ];
    case 'namedTupleMember':
      return [`${type.name}${type.isOptional ? '?' : ''}: `, ...wordsOf(type.element)];
    case 'optional':
      return [...within(type.elementType), '?'];
    case 'predicate':
      return type.targetType === undefined
        ? [`asserts ${type.name}`]
        : [type.asserts ? 'asserts ' : '', `${type.name} is `, ...wordsOf(type.targetType)];
    case 'query':
      return ['typeof ', ...wordsOf(type.queryType)];
    case 'reference':
      return referenceWords(type);
    case 'reflection':
      return objectWords(type.declaration);
    case 'rest':
      return ['...', ...wordsOf(type.elementType)];
    case 'templateLiteral':
      return [
        `\`${type.head}`,
        ...type.tail.flatMap(([part, text]) => ['${', ...wordsOf(part), `}${text}`]),
        '`',
      ];
    case 'tuple':
      return ['[', ...joined(type.elements.map(wordsOf), ', '), ']'];
    case 'typeOperator':
      return [`${type.operator} `, ...within(type.target)];
    default:
      return [type.toString()];
  }
}

function referenceWords(type: Extract<SomeType, { type: 'reference' }>): Word[] {
  const prefix = prefixes[type.package ?? ''] ?? '';
  // tfjs's ranks are `Rank.R2` everywhere but in the name.
  const own = prefix === 'tf.' && type.qualifiedName.startsWith('Rank.') ? type.qualifiedName : type.name;
  const name = own.startsWith(prefix) ? own : `${prefix}${own}`;
  const { reflection, typeArguments = [] } = type;
  const head: Word = reflection === undefined ? name : { text: name, target: reflection };
  if (typeArguments.length === 0) return [head];
  return [head, '<', ...joined(typeArguments.map(wordsOf), ', '), '>'];
}

/** In brackets where it stands in something closer. */
function within(type: SomeType): Word[] {
  const words = wordsOf(type);
  const isFunction = type.type === 'reflection' && (type.declaration.signatures ?? []).length > 0;
  const isLoose = ['union', 'intersection', 'conditional', 'typeOperator'].includes(type.type);
  return isLoose || isFunction ? ['(', ...words, ')'] : words;
}

function objectWords(declaration: DeclarationReflection): Word[] {
  const { signatures = [], children = [], indexSignatures = [] } = declaration;
  const [only] = signatures;
  if (only !== undefined && children.length === 0 && signatures.length === 1) {
    const isNew = only.kindOf(ReflectionKind.ConstructorSignature);
    return [...(isNew ? ['new '] : []), ...signatureWords(only, '', ' => ')];
  }
  const members = [
    ...signatures.map((signature) => signatureWords(signature, '')),
    ...indexSignatures.map((signature) => [
      ...['[', ...parameterWords(signature), ']: '],
      ...wordsOf(signature.type),
    ]),
    ...children.map(memberWords),
  ];
  return members.length === 0 ? ['{}'] : ['{ ', ...joined(members, '; '), ' }'];
}

/** A property, or a method, as an interface has it. */
export function memberWords(member: DeclarationReflection): Word[] {
  const { flags, signatures = [], name } = member;
  const [signature] = signatures;
  const question = flags.isOptional ? '?' : '';
  if (signature !== undefined) return signatureWords(signature, `${name}${question}`);
  return [`${flags.isReadonly ? 'readonly ' : ''}${name}${question}: `, ...wordsOf(memberType(member))];
}

/** The type of a property, also of one that is computed. */
export function memberType(member: DeclarationReflection): SomeType | undefined {
  return member.type ?? member.getSignature?.type ?? member.setSignature?.parameters?.[0]?.type;
}

/** The name of a parameter: one that is taken apart at once has none of its own. */
export function parameterName(name: string): string {
  return name === '__namedParameters' ? 'options' : name.replace(/^__\d*$/, 'value');
}

function parameterWords({ parameters = [] }: SignatureReflection): Word[] {
  const words = parameters.map((parameter): Word[] => {
    const { flags, defaultValue, name, type } = parameter;
    const isOptional = flags.isOptional || defaultValue !== undefined;
    return [`${flags.isRest ? '...' : ''}${parameterName(name)}${isOptional ? '?' : ''}: `, ...wordsOf(type)];
  });
  return joined(words, ', ');
}

/** A signature on one line. */
export function signatureWords(signature: SignatureReflection, name: string, arrow = ': '): Word[] {
  return [
    name,
    ...typeParameterWords(signature.typeParameters),
    ...['(', ...parameterWords(signature), ')'],
    ...[arrow, ...wordsOf(signature.type)],
  ];
}

/** A signature as code: on one line, or with a line for each parameter where that is long. */
export function signatureText(signature: SignatureReflection, name: string): string {
  const line = textOf(signatureWords(signature, name));
  const { parameters = [] } = signature;
  if (line.length <= 100 || parameters.length === 0) return line;
  const one = (index: number): string =>
    textOf(parameterWords({ parameters: parameters.slice(index, index + 1) } as SignatureReflection));
  const lines = parameters.map((_, index) => `  ${one(index)},`);
  const head = `${name}${textOf(typeParameterWords(signature.typeParameters))}(`;
  return [head, ...lines, `): ${textOf(wordsOf(signature.type))}`].join('\n');
}

/** `<Batch extends object = ViewBatch>`, or nothing. */
export function typeParameterWords(parameters: readonly TypeParameterReflection[] | undefined): Word[] {
  if (parameters === undefined || parameters.length === 0) return [];
  const words = parameters.map((parameter): Word[] => [
    `${parameter.flags.isConst ? 'const ' : ''}${parameter.name}`,
    ...(parameter.type === undefined ? [] : [' extends ', ...wordsOf(parameter.type)]),
    ...(parameter.default === undefined ? [] : [' = ', ...wordsOf(parameter.default)]),
  ]);
  return ['<', ...joined(words, ', '), '>'];
}

function joined(parts: readonly (readonly Word[])[], between: string): Word[] {
  return parts.flatMap((part, index) => (index === 0 ? part : [between, ...part]));
}
