import { Prefix } from '../../../net/prefix.js';
import { fieldOf, textOf } from '../../go-fields.js';
import { defineRule, type Draft, type PluginPart } from '../../model.js';
import { pluginField, typePath } from '../../plugin-facts.js';
import type { Path } from '../../path.js';
import { ovn, OVN, ovnOf } from './networks.js';

/** Lists of networks, and of those that lie within `subnets` what OVN-Kubernetes calls them. */
const LISTS: readonly { readonly key: string; readonly within?: string }[] = [
  { key: 'subnets' },
  { key: 'excludeSubnets', within: 'excluded' },
  { key: 'reservedSubnets', within: 'reserved' },
  { key: 'infrastructureSubnets', within: 'infrastructure' },
  { key: 'joinSubnet' },
];

/** More than that nobody writes by hand; of a longer list it is not asked what lies in what. */
const MAX_COMPARED = 256;

/** An entry of such a list, and where it is. */
interface Entry {
  readonly text: string;
  readonly at: { readonly path: Path; readonly text: { readonly from: number; readonly to: number } };
  readonly prefix: Prefix | undefined;
  /** Undefined where none is written. */
  readonly hostLength: string | undefined;
}

export const subnets = defineRule({
  id: 'ovn/subnets',
  severity: 'error',
  title: 'subnets that OVN-Kubernetes cannot read, or that do not fit',
  why: 'subnets is one text, with commas between its CIDRs. A layer3 network divides each among the nodes and says by a second length how ("10.128.0.0/16/24"; /24 and /64 where it does not); excluded networks lie within them, and a primary layer2 network needs some. OVN-Kubernetes passes over a network that it refuses, and pods that attach do not start.',
  over: 'network',
  about: [OVN],
  needs: ['values'],
  fix: null,
  bad: ovn('"topology": "layer2",\n"subnets": "192.0.2.0"'),
  good: ovn('"topology": "layer2",\n"subnets": "192.0.2.0/24,2001:db8::/64",\n"excludeSubnets": "192.0.2.0/29"'),
  source:
    'ovn-kubernetes 8871cd9 go-controller/pkg/util/multi_network.go; pkg/config/utils.go (ParseClusterSubnetEntries)',
  *check({ subject }) {
    const own = ovnOf(subject);
    if (own === undefined) return;
    const topology = textOf(own.conf, 'topology');
    const all = entriesOf(own, 'subnets');
    for (const { key, within } of LISTS) {
      for (const entry of entriesOf(own, key)) {
        yield* malformed(entry, key === 'subnets' && topology === 'layer3');
        if (within !== undefined) yield* outside(entry, all, within);
      }
    }
    if (topology === 'layer2' && textOf(own.conf, 'role') === 'primary' && all.length === 0) yield missing(own);
  },
});

function entriesOf(own: PluginPart, key: string): Entry[] {
  const field = pluginField(own, key);
  if (typeof field?.value !== 'string' || field.value.trim() === '') return [];
  let from = 0;
  return field.value.split(',').map((part) => {
    const text = part.trim();
    const start = from + part.indexOf(text);
    from += part.length + 1;
    const [address = '', length = '', hostLength, ...more] = text.split('/');
    const prefix = more.length > 0 ? undefined : Prefix.parse(`${address}/${length}`)?.masked();
    return { text, at: { path: field.path, text: { from: start, to: start + text.length } }, prefix, hostLength };
  });
}

function* malformed({ text, at, prefix, hostLength }: Entry, isDivided: boolean): Iterable<Draft> {
  if (prefix === undefined) {
    const slashes = text.split('/').length - 1;
    const upstream = slashes === 0 || slashes > 2 ? misformatted(text) : 'invalid CIDR address';
    yield { at, message: `"${text}" is no CIDR`, upstream };
  } else if (isDivided) yield* divided(at, prefix, hostLength);
  else if (hostLength !== undefined) {
    const message = `only subnets of layer3 are divided: "${text}" has two lengths`;
    yield { at, message, upstream: misformatted(text) };
  }
}

function misformatted(text: string): string {
  return `CIDR ${JSON.stringify(text)} not properly formatted`;
}

/** By what OVN-Kubernetes divides where nothing is written. */
const USUAL = { 4: 24, 6: 64 } as const;

function* divided(at: Entry['at'], prefix: Prefix, written: string | undefined): Iterable<Draft> {
  const { family } = prefix.network;
  const length = written === undefined ? USUAL[family] : Number(/^\d{1,3}$/.exec(written)?.[0]);
  const says = lengthError(length, prefix, written ?? '');
  if (says !== undefined) {
    const message = `${prefix.toString()} cannot be divided by /${written ?? length}`;
    yield { at, message, upstream: says };
  } else if (written === undefined) {
    const message = `every node gets a /${length} of ${prefix.toString()}: write "${prefix.toString()}/${length}", or another length`;
    yield { at, severity: 'info', message };
  }
}

/** Why a range cannot be divided so, in the words of OVN-Kubernetes. */
function lengthError(length: number, prefix: Prefix, written: string): string | undefined {
  if (Number.isNaN(length)) return `strconv.Atoi: parsing ${JSON.stringify(written)}: invalid syntax`;
  if (prefix.network.family === 6 && length !== USUAL[6]) return 'IPv6 only supports /64 host subnets';
  if (length > prefix.bits) return 'invalid host subnet, IPv4 subnet must be < 32';
  if (length > prefix.length) return undefined;
  return `cannot use a host subnet length mask shorter than or equal to the cluster subnet mask. host subnet length: ${length}, cluster subnet length: ${prefix.length}`;
}

function* outside({ at, prefix }: Entry, all: readonly Entry[], called: string): Iterable<Draft> {
  if (prefix === undefined || all.length > MAX_COMPARED || all.some((entry) => entry.prefix === undefined)) return;
  const isWithin = all.some(
    ({ prefix: whole }) => whole !== undefined && whole.length <= prefix.length && whole.contains(prefix.network),
  );
  if (isWithin) return;
  yield {
    at,
    message: `${prefix.toString()} is not within subnets`,
    upstream: `the provided network subnets do not contain ${called} subnets ${prefix.toString()}`,
  };
}

function missing(own: PluginPart): Draft {
  const written = fieldOf(own.conf, 'subnets');
  return {
    at: { path: written === undefined ? typePath(own) : [...own.path, written.key] },
    message: 'a primary network of layer2 needs subnets',
    upstream: 'the subnet attribute must be defined for layer2 primary user defined networks',
  };
}
