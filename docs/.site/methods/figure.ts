/** The architecture of a method as plain data: what happens to each view, from the top to the loss. */
export interface Figure {
  /** A sentence for those who cannot see the figure. */
  readonly description: string;
  /** Two or three columns. */
  readonly branches: readonly Branch[];
  readonly loss: string;
}

export interface Branch {
  /** Where the branch begins: `view 1`. A queue begins nowhere and has no view. */
  readonly view?: string;
  /** What the view goes through, in order. A `null` leaves a place empty, so that parts of other branches stand side by side. */
  readonly parts: readonly (Part | null)[];
  /** Whether no gradient flows back from the loss. */
  readonly stopGradient?: boolean;
}

export interface Part {
  readonly label: string;
  /** A part that is trained, a teacher that follows it, or something kept between steps. */
  readonly kind: 'trained' | 'teacher' | 'kept' | 'plain';
  /** Column of the branch whose part in the same row this one follows (`teacher`) or shares weights with (`trained`). */
  readonly of?: number;
  /** Column of the branch whose part in the same row fills this one (`kept`). */
  readonly from?: number;
}

const size = { width: 420, box: 34, gap: 26, margin: 8, side: 14 } as const;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly label: string;
  readonly kind: Part['kind'] | 'view' | 'loss';
}

/** Draws a figure as SVG without a blank line, so that it can stand in Markdown. Colours come from the page's style. */
export function drawFigure({ description, branches, loss }: Figure, title: string): string {
  const rows = Math.max(...branches.map(({ parts }) => parts.length));
  const columnWidth = (size.width - 2 * size.margin) / branches.length;
  const yOf = (row: number): number => size.margin + row * (size.box + size.gap);
  const boxAt = (column: number, row: number, label: string, kind: Box['kind']): Box => ({
    x: size.margin + column * columnWidth + size.side,
    y: yOf(row),
    width: columnWidth - 2 * size.side,
    label,
    kind,
  });
  const lossBox: Box = {
    x: size.margin + size.side,
    y: yOf(rows + 1) + (branches.some(({ stopGradient }) => stopGradient === true) ? 14 : 0),
    width: size.width - 2 * (size.margin + size.side),
    label: loss,
    kind: 'loss',
  };
  const height = lossBox.y + size.box + size.margin;

  const drawn = branches.map(({ view, parts, stopGradient = false }, column) => {
    const boxes = [
      ...(view === undefined ? [] : [boxAt(column, 0, view, 'view')]),
      ...parts.flatMap((part, row) => (part === null ? [] : [boxAt(column, row + 1, part.label, part.kind)])),
    ];
    const arrows = boxes.map((box, index) => {
      const next = boxes[index + 1];
      return next === undefined ? arrowDown(box, lossBox.y, stopGradient) : arrowDown(box, next.y, false);
    });
    const links = parts.flatMap((part, row) => {
      const other = part?.of ?? part?.from;
      if (part === null || other === undefined) return [];
      const otherBox = boxAt(other, row + 1, '', 'trained');
      return [link(otherBox, boxAt(column, row + 1, '', part.kind), part)];
    });
    return [...arrows, ...links, ...boxes.map(drawBox)];
  });

  return [
    `<svg class="method-figure" viewBox="-8 0 ${size.width + 16} ${height}" role="img" aria-label="${escaped(description)}" xmlns="http://www.w3.org/2000/svg">`,
    `<title>${escaped(`Architecture of ${title}`)}</title>`,
    ...drawn.flat(),
    drawBox(lossBox),
    '</svg>',
  ].join('\n');
}

/** Returns a sentence about the meaning of the dashes and dots of a figure. */
export function caption({ branches }: Figure): string {
  const parts = branches.flatMap(({ parts }) => parts);
  const has = (kind: Part['kind']): boolean => parts.some((part) => part?.kind === kind);
  const isShared = parts.some((part) => part?.kind === 'trained' && part.of !== undefined);
  const meanings = [
    ...(isShared ? ['dotted lines join parts with the same weights'] : []),
    ...(has('teacher') ? ['a teacher follows the trained part beside it'] : []),
    ...(has('kept') ? ['what is dashed changes without a gradient'] : []),
  ];
  if (meanings.length === 0) return 'Coloured parts are trained.';
  return `Coloured parts are trained; ${meanings.join('; ')}.`;
}

function drawBox({ x, y, width, label, kind }: Box): string {
  const radius = kind === 'view' || kind === 'loss' ? size.box / 2 : 5;
  const middle = x + width / 2;
  return (
    `<g class="box ${kind}"><rect x="${x}" y="${y}" width="${width}" height="${size.box}" rx="${radius}"/>` +
    `<text x="${middle}" y="${y + size.box / 2}">${escaped(label)}</text></g>`
  );
}

/** An arrow from below a box; two bars across it say that no gradient flows back. */
function arrowDown({ x, y, width }: Box, to: number, stopped: boolean): string {
  const middle = x + width / 2;
  const from = y + size.box;
  const line = `<path d="M${middle} ${from}V${to - 2}"/>${head(middle, to, 'down')}`;
  if (!stopped) return `<g class="flow">${line}</g>`;
  const bar = from + 14;
  return (
    `<g class="flow">${line}<path class="stop" d="M${middle - 8} ${bar + 4}l16 -8m-16 14l16 -8"/></g>` +
    `<text class="note" x="${middle + 14}" y="${bar + 2}">no gradient</text>`
  );
}

/** A sideways line between two parts of a row: equal weights, a teacher that follows, a queue that is filled. */
function link(from: Box, to: Box, { kind }: Part): string {
  const y = to.y + size.box / 2;
  const [start, end] = from.x < to.x ? [from.x + from.width, to.x] : [from.x, to.x + to.width];
  if (kind === 'trained') return `<path class="same" d="M${start} ${y}H${end}"/>`;
  const direction = from.x < to.x ? 'right' : 'left';
  const tip = from.x < to.x ? end - 2 : end + 2;
  const name = kind === 'teacher' ? 'follows' : 'fills';
  return `<g class="${name}"><path d="M${start} ${y}H${tip}"/>${head(end, y, direction)}</g>`;
}

function head(x: number, y: number, direction: 'down' | 'left' | 'right'): string {
  const shape = { down: 'l-4 -7h8z', left: 'l7 -4v8z', right: 'l-7 -4v8z' }[direction];
  return `<path class="head" d="M${x} ${y}${shape}"/>`;
}

/** For text and attributes of SVG and HTML. */
export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** A trained part. `of`: the column whose part in the same row has the same weights. */
export function trained(label: string, of?: number): Part {
  return { label, kind: 'trained', ...(of === undefined ? {} : { of }) };
}

/** A teacher that follows the part in the same row of a column. */
export function teacher(label: string, of: number): Part {
  return { label, kind: 'teacher', of };
}

/** Something kept between steps. `from`: the column whose part in the same row fills it. */
export function kept(label: string, from?: number): Part {
  return { label, kind: 'kept', ...(from === undefined ? {} : { from }) };
}

/** A computation without weights. */
export function plain(label: string): Part {
  return { label, kind: 'plain' };
}
