import type { NetworkSubject } from '../../model.js';
import { OVN } from './kinds.js';

/** Versions of the CNI specification, the oldest first. */
const CNI_VERSIONS: readonly string[] = ['0.1.0', '0.2.0', '0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'];

/** The oldest versions of plugins that do not take all. Source: containernetworking/plugins v1.9.0 plugins/meta. */
const MINIMUM: ReadonlyMap<string, string> = new Map([
  ['bandwidth', '0.3.0'],
  ['vrf', '0.3.1'],
  ['firewall', '0.4.0'],
]);
/** What a version is taken for that is not written. */
export const IMPLIED = '0.1.0';

/** Whether the first is older than the second; both are known. */
export function isOlder(a: string, b: string): boolean {
  return CNI_VERSIONS.indexOf(a) < CNI_VERSIONS.indexOf(b);
}

export function isKnown(version: string): boolean {
  return CNI_VERSIONS.includes(version);
}

/** The plugin of a network that wants the newest version, and that; undefined where all take any. */
export function strictestPlugin({ plugins }: NetworkSubject): { type: string; version: string } | undefined {
  let strictest: { type: string; version: string } | undefined;
  for (const { type } of plugins) {
    const version = MINIMUM.get(type ?? '');
    if (type === undefined || version === undefined) continue;
    if (strictest === undefined || isOlder(strictest.version, version)) strictest = { type, version };
  }
  return strictest;
}

/** The version to write where there is none that counts. */
export function versionFor(network: NetworkSubject): string {
  const usual = network.plugins.some(({ type }) => type === OVN) ? '1.0.0' : '0.3.1';
  const least = strictestPlugin(network)?.version ?? usual;
  return isOlder(usual, least) ? least : usual;
}

/** What skel says of a version that a plugin does not take. */
export function incompatible(version: string, oldest: string = IMPLIED): string {
  const taken = CNI_VERSIONS.slice(CNI_VERSIONS.indexOf(oldest)).map((each) => `"${each}"`);
  return `incompatible CNI versions; config is ${JSON.stringify(version)}, plugin supports [${taken.join(' ')}]`;
}
