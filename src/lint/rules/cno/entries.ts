import { isJsonObject, type JsonObject } from '../../../cni/go-json.js';
import type { CnoEntry, CnoSubject, Example } from '../../model.js';
import type { Path } from '../../path.js';
import { member } from '../../source/document.js';

/** Types of entries, as the operator writes them. */
export const TYPES: readonly string[] = ['Raw', 'SimpleMacvlan'];
export const MODES: readonly string[] = ['Bridge', 'Private', 'VEPA', 'Passthru'];
export const IPAM_TYPES: readonly string[] = ['DHCP', 'Static'];

/** The word that one of a list is, but for its case. */
export function canonical(words: readonly string[], written: unknown): string | undefined {
  if (typeof written !== 'string') return undefined;
  return words.find((word) => word.toLowerCase() === written.toLowerCase());
}

/** The type of an entry as the operator understands it. */
export function typeOf({ conf }: CnoEntry): string | undefined {
  return canonical(TYPES, member(conf, 'type'));
}

/** An object of a Kubernetes object, and where it is. */
export interface Part {
  readonly conf: JsonObject;
  readonly path: Path;
}

/** The object under a key; undefined where there is none. */
export function partOf(part: Part | undefined, key: string): Part | undefined {
  if (part === undefined) return undefined;
  const conf = member(part.conf, key);
  return isJsonObject(conf) ? { conf, path: [...part.path, key] } : undefined;
}

/** The objects of a list under a key. */
export function partsOf(part: Part | undefined, key: string): Part[] {
  const list = part === undefined ? undefined : member(part.conf, key);
  if (part === undefined || !Array.isArray(list)) return [];
  return list.flatMap((conf: unknown, i) => (isJsonObject(conf) ? [{ conf, path: [...part.path, key, i] }] : []));
}

/** What tells of a SimpleMacvlan, by its parts. */
export function macvlanOf(
  entry: CnoEntry,
): { config: Part; ipam: Part | undefined; addressing: Part | undefined } | undefined {
  const config = typeOf(entry) === 'SimpleMacvlan' ? partOf(entry, 'simpleMacvlanConfig') : undefined;
  if (config === undefined) return undefined;
  const ipam = partOf(config, 'ipamConfig');
  return { config, ipam, addressing: partOf(ipam, 'staticIPAMConfig') };
}

/** Its `spec`; undefined for a piece of the object that begins with the list. */
export function specOf({ object, path }: CnoSubject): Part | undefined {
  return partOf({ conf: object, path }, 'spec');
}

const RAW = `{ "cniVersion": "0.3.1", "name": "tenant-a", "type": "macvlan", "master": "eth1", "ipam": { "type": "whereabouts", "range": "192.0.2.0/24", "exclude": ["192.0.2.0/29"] } }`;

/** A Raw entry without anything to say of it. */
export const RAW_ENTRY = `- name: tenant-a
  namespace: default
  type: Raw
  rawCNIConfig: '${RAW}'`;

/** A SimpleMacvlan entry with these lines in its configuration. */
export function simpleMacvlan(lines: string): string {
  return `- name: tenant-a
  namespace: default
  type: SimpleMacvlan
  simpleMacvlanConfig:
    master: eth1
${lines.replaceAll(/^/gm, '    ')}`;
}

/** The Network object of the operator with these entries. */
export function cno(entries: string, further = ''): Example {
  return {
    text: `apiVersion: operator.openshift.io/v1
kind: Network
metadata:
  name: cluster
spec:
${further}  additionalNetworks:
${entries.replaceAll(/^/gm, '    ')}
`,
  };
}
