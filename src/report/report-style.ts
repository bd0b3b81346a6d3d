import { chartDashes } from '../charts';

/**
 * The style of a report in addition to that of all pages. Pictures have light colours, as they are for paper and for
 * readers without scripts.
 */
export const reportStyle = `
.picture{display:block;width:100%;height:auto;background:#fff;border-radius:4px}
.scroll+.scroll{margin-top:.8rem}
.photo{display:block;max-width:100%;height:auto}
.drawing{width:100%;height:20rem}
.drawn .picture{display:none}
.summary th[scope=row]{white-space:nowrap;font-weight:600}
.summary td{min-width:12rem}
.scroll.whole{max-height:none}
.controls{position:sticky;top:0;background:var(--background);padding:.5rem 0;z-index:2;border-bottom:1px solid var(--line)}
.line{display:inline-block;width:1.6rem;border-top:3px solid;vertical-align:middle}
${Array.from({ length: 7 }, (_, index) => `.line-${index}{border-color:var(--series-${index});border-top-style:${borderOf(index)}}`).join('\n')}
@media print{.drawing{display:none!important}.drawn .picture{display:block!important}.charts{grid-template-columns:1fr 1fr}
.charts>:only-child{grid-column:1/-1}.photo{max-height:22cm;object-fit:contain}
.summary td{min-width:0}}
`;

function borderOf(index: number): string {
  const dash = chartDashes[index % chartDashes.length];
  return typeof dash === 'string' ? dash : 'dashed';
}
