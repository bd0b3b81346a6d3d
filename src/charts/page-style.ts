import { chartFont, chartTheme } from './theme';
import type { ColourScheme } from './theme';

/** The style of all pages as CSS. Colours are variables: `var(--text)`, `var(--series-0)`. */
export function pageStyle(): string {
  return `
:root{color-scheme:light dark;${variables('light')}}
@media screen and (prefers-color-scheme:dark){:root{${variables('dark')}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0 auto;padding:1rem clamp(.75rem,3vw,2rem) 3rem;max-width:76rem;background:var(--background);color:var(--text);
font:1rem/1.5 ${chartFont};overflow-wrap:break-word}
h1{font-size:1.6rem;line-height:1.2;margin:.5rem 0}
h2{font-size:1.2rem;margin:2.2rem 0 .6rem;border-bottom:1px solid var(--line);padding-bottom:.25rem}
h3{font-size:1rem;margin:1rem 0 .4rem}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:2px}
button,select,input{font:inherit;color:inherit}
.muted,.note{color:var(--muted-text)}
.note{font-size:.85rem;margin:.3rem 0}
.warning{border-left:4px solid var(--warning);padding:.3rem .8rem;margin:.6rem 0;background:var(--surface)}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:1rem;background:var(--background);padding:.4rem .8rem;z-index:9}
figure{margin:0;min-width:0}
figcaption{font-weight:600;margin-bottom:.2rem}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,30rem),1fr));gap:1.2rem 2rem}
.scroll{overflow:auto;max-height:24rem}
table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--muted-text);padding:.2rem 0}
th,td{padding:.2rem .7rem .2rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
thead th{position:sticky;top:0;background:var(--background)}
tbody th{font-weight:400}
.number{text-align:right;white-space:nowrap}
summary{cursor:pointer;padding:.15rem 0;width:fit-content}
details.table{font-size:.9rem}
.visually-hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media print{body{max-width:none;padding:0;font-size:10pt}.no-print,.skip{display:none!important}.scroll{overflow:visible;max-height:none}
figure,tr,.warning{break-inside:avoid}h2,h3,figcaption{break-after:avoid}a{color:inherit}thead th{position:static}}
@media (prefers-reduced-motion:reduce){*{transition:none!important;animation:none!important}}
`;
}

function variables(scheme: ColourScheme): string {
  const { background, surface, text, mutedText, line, link, warning, series } = chartTheme(scheme);
  const named = { background, surface, text, 'muted-text': mutedText, line, link, warning };
  return [
    ...Object.entries(named).map(([name, value]) => `--${name}:${value};`),
    ...series.map((colour, index) => `--series-${index}:${colour};`),
  ].join('');
}
