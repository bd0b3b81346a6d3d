import { chartFont, chartTheme } from '../../src/charts/theme';
import type { ColourScheme } from '../../src/charts/theme';

/** Returns the site's colours and font as CSS: those of charts and of the pages that a run writes. */
export function themeStyle(): string {
  const monospace =
    "ui-monospace,'Cascadia Mono','Segoe UI Mono','DejaVu Sans Mono',Menlo,Consolas,monospace";
  return `html:root{--vp-font-family-base:${chartFont};--vp-font-family-mono:${monospace};${variables('light')}}
html.dark{${variables('dark')}}`;
}

function variables(scheme: ColourScheme): string {
  const { background, surface, text, mutedText, line, link, warning, series } = chartTheme(scheme);
  const values = {
    bg: background,
    'bg-alt': surface,
    'bg-soft': surface,
    'bg-elv': surface,
    'text-1': text,
    'text-2': mutedText,
    'text-3': mutedText,
    divider: line,
    border: line,
    gutter: line,
    'brand-1': link,
    'brand-2': link,
    'brand-3': series[0] ?? link,
    'brand-soft': `${link}24`,
    'warning-1': warning,
  };
  return Object.entries(values)
    .map(([name, value]) => `--vp-c-${name}:${value};`)
    .join('');
}
