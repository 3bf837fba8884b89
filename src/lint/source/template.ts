/** A placeholder of a template, and whose it is. */
interface Placeholder {
  readonly pattern: RegExp;
  readonly what: string;
}

/** Texts that something else fills in before kubectl sees them. */
const PLACEHOLDERS: readonly Placeholder[] = [
  { pattern: /\{\{[^\n]{0,1000}?\}\}/g, what: 'Helm or another template' },
  { pattern: /\$\(\([^)\n]{0,200}\)\)/g, what: 'a shell script' },
  { pattern: /\$\{[A-Za-z_][^}\n]{0,200}\}/g, what: 'envsubst' },
  // Not `$patch:` and other keys.
  { pattern: /\$[A-Za-z_]\w*(?!\w|"?\s*:)/g, what: 'envsubst' },
  { pattern: /<(?:your|my|insert|the|name|namespace)[A-Za-z0-9_ .-]{0,60}>/gi, what: 'a person' },
];
/** Lines that are nothing but template: what they leave behind is not known, and they need not leave anything. */
const WHOLE_LINE = /^[ \t]*\{\{[^\n]*\}\}[ \t]*\r?$/gm;

/** A text whose placeholders were overwritten by as many other characters. */
export interface Masked {
  readonly text: string;
  /** Where the first placeholder is; undefined: it is no template. */
  readonly first: { readonly from: number; readonly to: number; readonly what: string } | undefined;
}

/**
 * Overwrites template placeholders so that the rest can be read: a placeholder becomes as many letters, or digits where JSON
 * needs a number; lines that are only template become blank. Offsets and lines stay.
 */
export function maskTemplate(text: string): Masked {
  if (!/\{\{|\$[({A-Za-z_]|<[A-Za-z]/.test(text)) return { text, first: undefined };
  let first: Masked['first'];
  const note = (from: number, length: number, what: string): void => {
    if (first === undefined || from < first.from) first = { from, to: from + length, what };
  };
  let masked = text.replace(WHOLE_LINE, (whole, at: number) => {
    const lead = whole.search(/\S/);
    note(at + lead, whole.trim().length, PLACEHOLDERS[0]?.what ?? '');
    return whole.replace(/[^\n\r]/g, ' ');
  });
  for (const { pattern, what } of PLACEHOLDERS) {
    masked = masked.replace(pattern, (whole, at: number) => {
      note(at, whole.length, what);
      return filler(masked, at).repeat(whole.length);
    });
  }
  return { text: masked, first };
}

/** A letter, or a digit right after a colon of JSON, a bracket or a comma. */
function filler(text: string, at: number): string {
  return /(?:["']\s*:|[[,])\s*$/.test(text.slice(Math.max(at - 40, 0), at)) ? '1' : 'x';
}
