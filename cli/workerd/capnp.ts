/** The part of Cap'n Proto's text format that a workerd config needs. */

export type CapnpValue =
  | string
  | boolean
  | EmbeddedFile
  | readonly CapnpValue[]
  | { readonly [field: string]: CapnpValue };

/** The contents of a file. workerd reads the file itself, so scripts stay out of the config. */
export class EmbeddedFile {
  readonly path: string;
  constructor(path: string) {
    this.path = path;
  }
}

/** Prints a value. Objects become groups. Field names are trusted, and everything else is escaped. */
export function printCapnp(value: CapnpValue, indent = ''): string {
  if (typeof value === 'string') return printText(value);
  if (typeof value === 'boolean') return String(value);
  if (value instanceof EmbeddedFile) return `embed ${printText(value.path)}`;
  const inner = `${indent}  `;
  if (isList(value)) {
    if (value.length === 0) return '[]';
    return `[\n${value.map((item) => inner + printCapnp(item, inner)).join(',\n')}\n${indent}]`;
  }
  const fields = Object.entries(value).map(([name, field]) => `${name} = ${printCapnp(field, inner)}`);
  return `(${fields.join(', ')})`;
}

/** Prints a string. Bytes outside printable ASCII are escaped as hex, so that the parser's rules for UTF-8 and line ends do not matter. */
function printText(text: string): string {
  let printed = '"';
  for (const byte of new TextEncoder().encode(text)) {
    if (byte === 0x22 || byte === 0x5c) printed += `\\${String.fromCharCode(byte)}`;
    else if (byte >= 0x20 && byte < 0x7f) printed += String.fromCharCode(byte);
    else printed += `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return `${printed}"`;
}

function isList(value: CapnpValue): value is readonly CapnpValue[] {
  return Array.isArray(value);
}
