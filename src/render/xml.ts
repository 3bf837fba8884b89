const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\t': '&#9;',
};

/** A text for XML 1.0, in an attribute too; what it cannot hold at all becomes a replacement character. */
export function escaped(text: string): string {
  const clean = text.replace(/[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]|\p{Cs}/gu, '\ufffd');
  return clean.replace(/[&<>"\n\t]/g, (character) => ENTITIES[character] ?? character);
}
