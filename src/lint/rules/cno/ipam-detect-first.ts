import { defineRule, type Draft, type IpamPart } from '../../model.js';
import { cno, RAW_ENTRY } from './entries.js';

/** IPAM plugins for which the operator starts something. */
const DETECTED: readonly string[] = ['dhcp', 'whereabouts'];

export const ipamDetectFirst = defineRule({
  id: 'cno/ipam-detect-first',
  severity: 'warning',
  title: 'an ipam by which the operator does not start what it needs',
  why: 'The operator starts the DHCP daemon, or what cleans up after whereabouts, by the first ipam of an entry, and compares its type letter by letter. By another one it starts nothing: pods get no address, or addresses are not freed.',
  over: 'cno',
  needs: ['values'],
  fix: null,
  bad: cno(
    RAW_ENTRY.replace(
      /'\{.*\}'/,
      () =>
        `'{ "cniVersion": "0.3.1", "name": "tenant-a", "plugins": [{ "type": "bridge", "bridge": "br1", "ipam": { "type": "static", "addresses": [{ "address": "192.0.2.10/24" }] } }, { "type": "route-override", "ipam": { "type": "dhcp" } }] }'`,
    ),
  ),
  good: cno(RAW_ENTRY),
  source: 'cluster-network-operator 2a6a57f pkg/network/multus_ipam.go (detectIPAMTypeRaw)',
  supersedes: ['cni/ipam-in-second-plugin', 'cni/ipam-unknown'],
  *check({ subject: { entries } }) {
    for (const { network } of entries) {
      for (const [i, ipam] of (network?.ipams ?? []).entries()) yield* undetected(ipam, i === 0);
    }
  },
});

function* undetected({ type, path }: IpamPart, isFirst: boolean): Iterable<Draft> {
  const meant = DETECTED.find((known) => known === type?.toLowerCase());
  if (meant === undefined || (isFirst && type === meant)) return;
  const message = isFirst
    ? `the operator does not take "${type ?? ''}" for ${meant}`
    : `the operator sees the first ipam only, and not this ${meant}`;
  yield { at: { path: [...path, 'type'] }, message };
}
