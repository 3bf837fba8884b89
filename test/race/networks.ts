/** The networks of a race: one of each kind that whereabouts has, small enough that addresses soon come back. */

/** A network, as pods ask for it. */
export interface Network {
  /** `namespace/name` of its NAD. */
  readonly nad: string;
  /** Two of one name draw from one set of addresses. */
  readonly networkName: string | null;
  readonly config: object;
}

export const NAMESPACE = 'race';
export const NODES = ['node-a', 'node-b'] as const;
export const SLICED = 'raceslice';

function network(name: string, networkName: string | null, ipam: object): Network {
  const named = networkName === null ? {} : { network_name: networkName };
  const config = {
    cniVersion: '0.3.1',
    name: `${NAMESPACE}-${name}`,
    type: 'macvlan',
    ipam: { type: 'whereabouts', ...ipam, ...named },
  };
  return { nad: `${NAMESPACE}/${name}`, networkName, config };
}

export const PLAIN = network('plain', null, { range: '10.90.0.0/24' });
export const WIDE = network('wide', 'raceover', { range: '10.91.0.0/24' });
export const NARROW = network('narrow', 'raceover', { range: '10.91.0.0/25' });
export const DUAL = network('dual', 'racedual', { ipRanges: [{ range: '10.92.0.0/24' }, { range: 'fd00:92::/64' }] });
export const SLICE = network('slice', SLICED, { range: '10.93.0.0/22', node_slice_size: '/24' });
/** Of few pods, none of which stays: their pools are often empty. Their NADs come and go (`Mishaps`). */
export const FLEETING = [1, 2, 3, 4].map((at) =>
  network(`fleeting-${at.toString()}`, null, { range: `10.94.${at.toString()}.0/28` }),
);
export const NETWORKS: readonly Network[] = [PLAIN, WIDE, NARROW, DUAL, SLICE, ...FLEETING];

/**
 * What pods ask for, one line as often as any other. No pod asks for both of one name: the plugin takes no notice of a
 * reservation by the same pod, and gives it one address twice.
 */
export const REQUESTS: readonly (readonly Network[])[] = [
  [PLAIN],
  [WIDE],
  [NARROW],
  [DUAL],
  [SLICE],
  [PLAIN, SLICE],
  [DUAL, SLICE],
  ...FLEETING.map((one) => [one]),
];

/** The network whose pool bears this name. */
export function networkNameOf(poolName: string): string | null {
  const named = NETWORKS.find(({ networkName }) => networkName !== null && poolName.startsWith(`${networkName}-`));
  return named?.networkName ?? null;
}
