/** One line of CSV by RFC 4180's quoting, ended by a line feed alone, as Unix tools expect it. */
export function csvLine(fields: readonly string[]): string {
  return `${fields.map(quoted).join(',')}\n`;
}

function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** The records of a CSV text. A last one without its line end, as a killed process leaves it, is left out. */
export function csvRecords(text: string): string[][] {
  const records: string[][] = [];
  let fields: string[] = [];
  let field = '';
  let inQuotes = false;
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (inQuotes) {
      if (character !== '"') field += character;
      else if (text.charAt(i + 1) === '"') {
        field += '"';
        i++;
      } else inQuotes = false;
    } else if (character === '"') inQuotes = true;
    else if (character === ',' || character === '\n') {
      fields.push(field);
      field = '';
      if (character === '\n') {
        records.push(fields);
        fields = [];
      }
    } else if (character !== '\r') field += character;
  }
  return records;
}
