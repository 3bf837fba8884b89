/** The known key that a key differs from by case alone; undefined when it is that key, or none. */
export function nearestByCase(key: string, known: readonly string[]): string | undefined {
  if (known.includes(key)) return undefined;
  const folded = key.toLowerCase();
  return known.find((name) => name.toLowerCase() === folded);
}
