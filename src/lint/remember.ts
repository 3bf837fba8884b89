/**
 * Finds something out once for as long as the same is asked about: many rules look at one subject, and then at the next.
 * Nothing is kept of those before, of which there may be many.
 */
export function rememberLast<K extends object, V>(find: (of: K) => V): (of: K) => V {
  let last: { readonly of: K; readonly found: V } | undefined;
  return (of) => {
    if (last?.of !== of) last = { of, found: find(of) };
    return last.found;
  };
}

/** Finds something out once for each that is asked about, for as long as that is there. */
export function rememberEach<K extends WeakKey, V>(find: (of: K) => V): (of: K) => V {
  const known = new WeakMap<K, { readonly found: V }>();
  return (of) => {
    let entry = known.get(of);
    if (entry === undefined) {
      entry = { found: find(of) };
      known.set(of, entry);
    }
    return entry.found;
  };
}
