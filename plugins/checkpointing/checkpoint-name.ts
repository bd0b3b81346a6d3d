/** Fills a template such as `epoch={epoch}-step={step}-{loss:3}`; a value that is not there reads `none`. */
export function checkpointName(template: string, values: Readonly<Record<string, number>>): string {
  return template.replace(/\{([^{}:]+)(?::(\d))?\}/g, (_, name: string, decimals: string | undefined) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) return 'none';
    return decimals === undefined ? String(value) : value.toFixed(Number(decimals));
  });
}
