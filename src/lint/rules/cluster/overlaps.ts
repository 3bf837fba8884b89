import type { JsonObject } from '../../../cni/go-json.js';
import { intervalOf, IntervalSet } from '../../../net/interval.js';
import { Prefix } from '../../../net/prefix.js';
import { fieldOf, textOf } from '../../go-fields.js';
import type { Draft, NetworkSubject } from '../../model.js';
import { subnetsOf, type WrittenSubnet } from '../../subnets.js';
import { OVN } from '../cni/kinds.js';

type Subnet = WrittenSubnet & { readonly prefix: Prefix };

/** What a network assigns addresses of, the `subnets` of OVN-Kubernetes among it. */
export function assignedSubnets(network: NetworkSubject): Subnet[] {
  return [...subnetsOf(network), ...ovnSubnets(network)].filter(
    (subnet): subnet is Subnet => subnet.prefix !== undefined,
  );
}

/** A list with commas, of CIDR or CIDR/HOSTPREFIX. */
function ovnSubnets({ plugins }: NetworkSubject): WrittenSubnet[] {
  return plugins.flatMap(({ conf, path, type }) => {
    const key = fieldOf(conf, 'subnets')?.key;
    if (type !== OVN || key === undefined) return [];
    return (textOf(conf, 'subnets') ?? '').split(',').map((text) => {
      const [address = '', length = ''] = text.trim().split('/');
      return { prefix: Prefix.parse(`${address}/${length}`), path: [...path, key] };
    });
  });
}

/** The subnets of a network that have something in common with others, each once. */
export function* overlapping(
  network: NetworkSubject,
  others: readonly Prefix[],
  messageOf: (subnet: Prefix, other: Prefix) => string,
): Iterable<Draft> {
  for (const { prefix, path } of assignedSubnets(network)) {
    const other = others.find((each) => meets(prefix.masked(), each));
    if (other !== undefined) yield { at: { path }, message: messageOf(prefix.masked(), other) };
  }
}

/** Whether two prefixes have addresses in common. */
function meets(a: Prefix, b: Prefix): boolean {
  return !IntervalSet.of(intervalOf(a)).intersect(IntervalSet.of(intervalOf(b))).isEmpty;
}

/** Subnets of OVN-Kubernetes' own: what the operator's Network says, else its defaults. */
export function ovnInternal(
  ovn: JsonObject,
  v4: { readonly keys: readonly string[]; readonly standard: string },
  v6: { readonly keys: readonly string[]; readonly standard: string },
): Prefix[] {
  return [v4, v6].flatMap(({ keys, standard }) => {
    const given = keys.reduce<unknown>((value, key) => (value as JsonObject | undefined)?.[key], ovn);
    return Prefix.parse(typeof given === 'string' && given !== '' ? given : standard) ?? [];
  });
}

/** Whether a network has a segment in OVN-Kubernetes, which then refuses it. */
export function isOvnNetwork({ mainType }: NetworkSubject): boolean {
  return mainType === OVN;
}
