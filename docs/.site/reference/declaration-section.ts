import { ReflectionKind, ReflectionType } from 'typedoc';
import type { Comment, DeclarationReflection, SignatureReflection } from 'typedoc';
import { sentenceOf, summaryOf, tagsOf } from './comment-text';
import { block, code, paragraphs, table } from './markdown';
import type { Place, Places } from './places';
import {
  linkedCode,
  memberType,
  memberWords,
  parameterName,
  signatureText,
  textOf,
  typeParameterWords,
  wordsOf,
} from './type-words';

/** What an export is, in a word. */
export function kindOf({ reflection }: Place): string {
  if (reflection.kindOf(ReflectionKind.Class)) return 'class';
  if (reflection.kindOf(ReflectionKind.Interface)) return 'interface';
  if (reflection.kindOf(ReflectionKind.TypeAlias)) return 'type';
  return isFunction(reflection) ? 'function' : 'constant';
}

function isFunction({ signatures = [] }: DeclarationReflection): boolean {
  return signatures.length > 0;
}

/** The docstring of an export: that of a function stands at its signature. */
export function commentOf({ comment, signatures = [] }: DeclarationReflection): Comment | undefined {
  return comment ?? signatures.find((signature) => signature.comment !== undefined)?.comment;
}

/** Writes the sections of one page. */
export class SectionWriter {
  constructor(
    private readonly places: Places,
    private readonly page: string,
    /** Members of classes that the page has told of already. */
    private readonly leftOut: readonly string[] = [],
  ) {}

  /** An export with its signature, prose, parameters or members, what it throws, and its source. */
  section(place: Place): string {
    const { reflection, name, anchor, source, line } = place;
    return paragraphs(
      `## ${name} {#${anchor}}`,
      ...this.#body(reflection, name),
      `<small>${kindOf(place)}, <code>${source}</code>, line ${line}</small>`,
    );
  }

  /** One line of an index. */
  sentence({ reflection }: Place): string {
    return sentenceOf(commentOf(reflection), this.places, this.page);
  }

  #body(reflection: DeclarationReflection, name: string): string[] {
    if (isFunction(reflection)) {
      return (reflection.signatures ?? []).map((signature) => this.#signature(signature, `function ${name}`));
    }
    if (reflection.kindOf(ReflectionKind.Class)) return this.#classBody(reflection);
    const prose = [summaryOf(reflection.comment, this.places, this.page)];
    const tags = tagsOf(reflection.comment, this.places, this.page);
    if (reflection.kindOf(ReflectionKind.Interface)) {
      return [
        block(headOf(reflection)),
        ...prose,
        this.#typeParameters(reflection),
        this.#members(reflection),
        tags,
      ];
    }
    const isAlias = reflection.kindOf(ReflectionKind.TypeAlias);
    const parts = isAlias ? this.#parts(reflection) : '';
    const text = isAlias ? aliasText(reflection, parts !== '') : constantText(reflection, name);
    return [
      block(text),
      ...prose,
      this.#typeParameters(reflection),
      parts,
      isAlias ? '' : this.#fields(reflection),
      tags,
    ];
  }

  #classBody(reflection: DeclarationReflection): string[] {
    const [constructor] = reflection.getChildrenByKind(ReflectionKind.Constructor);
    const [signature] = constructor?.signatures ?? [];
    const isInherited =
      signature === undefined ||
      constructor?.flags.isInherited === true ||
      this.leftOut.includes('constructor');
    const own = (reflection.children ?? []).filter(
      (member) => this.#isOwn(member, reflection) && !member.kindOf(ReflectionKind.Constructor),
    );
    const methods = own.filter(
      ({ name, signatures }) => signatures !== undefined && !this.leftOut.includes(name),
    );
    return [
      block(
        [
          headOf(reflection),
          ...(isInherited ? [] : [signatureText(signature, 'constructor').replace(/: [^:]*$/, '')]),
        ].join('\n'),
      ),
      summaryOf(reflection.comment, this.places, this.page),
      this.#typeParameters(reflection),
      ...(isInherited
        ? []
        : [
            summaryOf(signature.comment, this.places, this.page),
            this.#parameters(signature),
            tagsOf(signature.comment, this.places, this.page),
          ]),
      tagsOf(reflection.comment, this.places, this.page),
      this.#memberTable(own.filter((member) => member.signatures === undefined)),
      ...methods.map((method) => this.#method(method, reflection.name)),
      this.#inherited(reflection),
    ];
  }

  #method({ name, signatures = [], flags }: DeclarationReflection, owner: string): string {
    const label = `${flags.isStatic ? 'static ' : ''}${flags.isProtected ? 'protected ' : ''}${name}`;
    const anchor = `${owner}-${name}`.replace(/[^\w-]/g, '');
    return paragraphs(
      `### ${name.replace(/[[\]]/g, '\\$&')} {#${anchor}}`,
      ...signatures.map((signature) => this.#signature(signature, label)),
    );
  }

  #signature(signature: SignatureReflection, name: string): string {
    return paragraphs(
      block(signatureText(signature, name)),
      summaryOf(signature.comment, this.places, this.page),
      this.#typeParameters(signature),
      this.#parameters(signature),
      this.#result(signature),
      tagsOf(signature.comment, this.places, this.page),
    );
  }

  #parameters({ parameters = [] }: SignatureReflection): string {
    const rows = parameters.map((parameter) => {
      const { name, type, flags, defaultValue, comment } = parameter;
      const isOptional = flags.isOptional || defaultValue !== undefined;
      const initial =
        defaultValue === undefined || ['...', '{}'].includes(defaultValue) ? '' : code(defaultValue);
      const meaning = paragraphs(
        summaryOf(comment, this.places, this.page),
        initial === '' ? '' : `Default: ${initial}.`,
      );
      return [
        code(`${flags.isRest ? '...' : ''}${parameterName(name)}${isOptional ? '?' : ''}`),
        ...[linkedCode(wordsOf(type), this.places, this.page), meaning],
      ];
    });
    return table(['Parameter', 'Type', 'Meaning'], rows);
  }

  /** A result that leads somewhere is worth a line; of others the signature says enough. */
  #result({ type, comment }: SignatureReflection): string {
    const linked = linkedCode(wordsOf(type), this.places, this.page);
    return linked.includes('](') && comment?.getTag('@returns') === undefined ? `**Returns** ${linked}` : '';
  }

  #typeParameters({
    typeParameters = [],
  }: Pick<DeclarationReflection | SignatureReflection, 'typeParameters'>): string {
    const described = typeParameters.filter(({ comment }) => comment !== undefined);
    return described
      .map(({ name, comment }) => `\`${name}\`: ${summaryOf(comment, this.places, this.page)}`)
      .join('\n\n');
  }

  /** Members of an interface: its own, and where others come from. */
  #members(reflection: DeclarationReflection): string {
    const own = (reflection.children ?? []).filter((member) => this.#isOwn(member, reflection));
    const calls = (reflection.signatures ?? []).map((signature) => this.#signature(signature, ''));
    return paragraphs(...calls, this.#memberTable(own), this.#inherited(reflection));
  }

  #memberTable(members: readonly DeclarationReflection[]): string {
    const rows = members.map((member) => {
      const [signature] = member.signatures ?? [];
      const comment = member.comment ?? signature?.comment ?? member.getSignature?.comment;
      const question = member.flags.isOptional ? '?' : '';
      const type = signature === undefined ? wordsOf(memberType(member)) : memberWords(member);
      return [
        code(
          `${member.flags.isStatic ? 'static ' : ''}${member.name}${signature === undefined ? question : '()'}`,
        ),
        linkedCode(type, this.places, this.page),
        paragraphs(
          summaryOf(comment, this.places, this.page),
          ...(signature?.parameters ?? []).flatMap((parameter) =>
            parameter.comment === undefined
              ? []
              : [
                  `\`${parameterName(parameter.name)}\`: ${summaryOf(parameter.comment, this.places, this.page)}`,
                ],
          ),
          tagsOf(comment, this.places, this.page),
        ),
      ];
    });
    return table(['Member', 'Type', 'Meaning'], rows);
  }

  /** Members of a parent that has no page are told here. */
  #isOwn({ flags }: DeclarationReflection, { extendedTypes = [] }: DeclarationReflection): boolean {
    if (!flags.isInherited) return true;
    return !extendedTypes.some(
      (type) => type.type === 'reference' && this.places.of(type.reflection) !== null,
    );
  }

  /** A line that leads to the classes and interfaces that other members come from. */
  #inherited(reflection: DeclarationReflection): string {
    const { extendedTypes = [], children = [] } = reflection;
    const inherited = children.filter(
      (member) => !this.#isOwn(member, reflection) && !member.kindOf(ReflectionKind.Constructor),
    );
    const [parent] = extendedTypes;
    if (parent === undefined || inherited.length === 0) return '';
    const names = inherited.map(({ name }) => code(name)).join(', ');
    return `Inherited from ${linkedCode(wordsOf(parent), this.places, this.page)}: ${names}.`;
  }

  /** The members of an alias of an object type, or of the object types that it joins. */
  #parts({ type }: DeclarationReflection): string {
    const parts = type?.type === 'intersection' ? type.types : type === undefined ? [] : [type];
    const objects = parts.filter((part) => part instanceof ReflectionType);
    return paragraphs(...objects.map(({ declaration }) => this.#memberTable(declaration.children ?? [])));
  }

  /** The fields of a constant that is an object. */
  #fields({ type }: DeclarationReflection): string {
    return type instanceof ReflectionType ? this.#memberTable(type.declaration.children ?? []) : '';
  }
}

/** `class Linear extends Module`. */
function headOf(reflection: DeclarationReflection): string {
  const { name, typeParameters, extendedTypes = [], implementedTypes = [], flags } = reflection;
  const keyword = reflection.kindOf(ReflectionKind.Class) ? 'class' : 'interface';
  const list = (word: string, types: readonly (typeof extendedTypes)[number][]): string =>
    types.length === 0 ? '' : ` ${word} ${types.map((type) => textOf(wordsOf(type))).join(', ')}`;
  const head = `${flags.isAbstract ? 'abstract ' : ''}${keyword} ${name}${textOf(typeParameterWords(typeParameters))}`;
  return `${head}${list('extends', extendedTypes)}${list('implements', implementedTypes)}`;
}

function aliasText({ name, type, typeParameters }: DeclarationReflection, hasMembers: boolean): string {
  const head = `type ${name}${textOf(typeParameterWords(typeParameters))} = `;
  const text = textOf(wordsOf(type));
  if (head.length + text.length <= 100) return `${head}${text}`;
  if (hasMembers && type instanceof ReflectionType) return `${head}{ … }`;
  const parts = type?.type === 'union' || type?.type === 'intersection' ? type.types : null;
  if (parts === null) return `${head}${text}`;
  const sign = type?.type === 'union' ? '|' : '&';
  return [head.trimEnd(), ...parts.map((part) => `  ${sign} ${textOf(wordsOf(part))}`)].join('\n');
}

function constantText({ type }: DeclarationReflection, name: string): string {
  const text = textOf(wordsOf(type));
  return `const ${name}: ${text.length > 200 && type instanceof ReflectionType ? '{ … }' : text}`;
}
