import type { DeclarationReflection } from 'typedoc';
import { ReflectionType } from 'typedoc';
import { environmentVariables } from './environment-variables';
import { hookTable } from '../../../src/contracts';
import type { HookRow } from '../../../src/contracts';
import type { Pages } from './api-pages';
import { summaryOf } from './comment-text';
import { code, page, paragraphs, table, widePage } from './markdown';
import type { Place, Places } from './places';
import { filesWith, variablesInSource } from './variables-in-source';
import { linkedCode, memberType, memberWords, wordsOf } from './type-words';

/** Hooks, events and tokens: what a plugin meets in a run; and environment variables. */
export function runPages(places: Places): Pages {
  return new Map([
    ['hooks', hooksPage(places)],
    ['events', eventsPage(places)],
    ['tokens', tokensPage(places)],
    ['environment', environmentPage()],
  ]);
}

function placeOf(name: string, places: Places): Place {
  const place = places.named(name);
  if (place === null) throw new Error(`The reference needs the export ${name}.`);
  return place;
}

function hooksPage(places: Places): string {
  const interfaces = ['StepHooks', 'EvaluationHooks', 'HostHooks'].map((name) => placeOf(name, places));
  const members = new Map(
    interfaces.flatMap(({ reflection }) =>
      (reflection.children ?? []).map((child) => [child.name, child] as const),
    ),
  );
  const rows = (kind: HookRow['kind']): string[][] =>
    Object.entries(hookTable)
      .filter(([, row]) => row.kind === kind)
      .map(([name, row]) => {
        const member = members.get(name);
        if (member === undefined)
          throw new Error(`The hook ${name} is not a member of an interface of hooks.`);
        return [
          `<a id="${name}"></a>${code(name)}`,
          row.logs === null ? 'neither' : row.logs,
          row.counts,
          paragraphs(
            summaryOf(member.comment ?? member.signatures?.[0]?.comment, places, 'hooks'),
            linkedCode(memberWords(member), places, 'hooks'),
          ),
        ];
      });
  const about = interfaces.map(
    (place) => summaryOf(place.reflection.comment, places, 'hooks').split('\n\n')[0] ?? '',
  );
  const head = ['Hook', 'log records', 'A value counts', 'Meaning'];
  return widePage(
    'Hooks',
    'Methods that a plugin or a training module may have, by name. The second column says how `log` records there unless its options say otherwise.',
    ...['## While the step is traced', about[0] ?? '', table(head, rows('step'))],
    ...['## In JavaScript', about[2] ?? '', about[1] ?? '', table(head, rows('host'))],
  );
}

function eventsPage(places: Places): string {
  const { reflection } = placeOf('RunEvents', places);
  const rows = (reflection.children ?? []).map((event) => [
    code(event.name),
    linkedCode(wordsOf(memberType(event)), places, 'events'),
    summaryOf(event.comment, places, 'events'),
  ]);
  return widePage(
    'Events',
    summaryOf(reflection.comment, places, 'events'),
    'A plugin listens by `events.on(name, listener)`, with [`tokens.events`](./tokens.md) in its constructor.',
    table(['Event', 'Arguments', 'Meaning'], rows),
  );
}

function tokensPage(places: Places): string {
  const { reflection } = placeOf('tokens', places);
  const fields =
    reflection.type instanceof ReflectionType ? (reflection.type.declaration.children ?? []) : [];
  const rows = fields.map((field) => {
    const service = serviceOf(field);
    const target = service?.type === 'reference' ? places.of(service.reflection) : null;
    const about = target === null ? '' : summaryOf(target.reflection.comment, places, 'tokens');
    const own = summaryOf(field.comment, places, 'tokens');
    return [
      code(`tokens.${field.name}`),
      linkedCode(wordsOf(service), places, 'tokens'),
      own === '' ? about : own,
    ];
  });
  return widePage(
    'Tokens',
    'Services that the constructor of a plugin may ask for: `constructor(@inject(tokens.notify) private readonly notify: Notify) {}`.',
    table(['Token', 'Service', 'Meaning'], rows),
  );
}

/** What `Token<T>` resolves to. */
function serviceOf({ type }: DeclarationReflection) {
  return type?.type === 'reference' ? type.typeArguments?.[0] : undefined;
}

function environmentPage(): string {
  const own = Object.entries(environmentVariables).map(([name, meaning]) => [code(name), meaning]);
  const others = variablesInSource().filter((name) => !(name in environmentVariables));
  return page(
    'Environment variables',
    table(['Variable', 'Meaning'], own),
    '## Set by launchers',
    'A process finds its rank and the others by what its launcher sets: Fulgur’s own (`--devices`), torchrun, Slurm or Kubeflow.',
    table(
      ['Variable', 'Read in'],
      others.map((name) => [code(name), code(filesWith(name).join(', '))]),
    ),
  );
}
