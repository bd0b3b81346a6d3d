const units = ['kB', 'MB', 'GB', 'TB'] as const;

/** Formats a number of bytes in the unit that gives a number from 1 to 999: `500 MB`, `1.5 GB`, `273.8 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value.toFixed(1).replace(/\.0$/, '')} ${units[unit] ?? ''}`;
}
