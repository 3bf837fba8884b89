/** A version as its three numbers. */
export type Version = readonly [major: number, minor: number, patch: number];

/** Reads `0.9.4` or `v0.9.4`, with whatever a build appends; undefined for anything else. */
export function parseVersion(text: string): Version | undefined {
  const [, major, minor, patch] = /^v?(\d{1,6})\.(\d{1,6})(?:\.(\d{1,6}))?(?:[-+].*)?$/.exec(text) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch ?? 0)];
}

/** Whether a version is that one or a later one. */
export function atLeast(version: readonly [number, number, number], least: readonly [number, number, number]): boolean {
  const at = version.findIndex((part, i) => part !== least[i]);
  return at < 0 || (version[at] ?? 0) > (least[at] ?? 0);
}
