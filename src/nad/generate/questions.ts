import { Address } from '../../net/address.js';
import { Prefix } from '../../net/prefix.js';
import { MAIN_PLUGINS, type MainKey, type MainPlugin, questionOf } from './mains.js';

/** How addresses come to the pods. */
export const IPAM_TYPES = ['whereabouts', 'static', 'dhcp', 'none'] as const;
export type IpamType = (typeof IPAM_TYPES)[number];

/** What is written: the object, the entry of the Cluster Network Operator, or the CNI configuration alone. */
export const FORMS = ['nad', 'additional-network', 'cni'] as const;
export type Form = (typeof FORMS)[number];

/** What somebody answered: a text as typed, several, or yes and no. */
export type Answer = string | boolean | readonly string[];
/** The answers by question. */
export type Given = Readonly<Record<string, Answer | undefined>>;

/** Something that can be answered; its id is the flag's name. */
export interface Question {
  readonly id: string;
  /** `list`: may be answered several times. */
  readonly kind: 'text' | 'switch' | 'list';
  /** One line of what it means. */
  readonly summary: string;
  /** What stands for the value in a help text; empty for a switch. */
  readonly value: string;
  /** Under which heading a help text has it. */
  readonly group: 'NETWORK' | 'MAIN PLUGIN' | 'IPAM' | 'DNS AND CHAINED PLUGINS';
  /** A switch that may be answered with no, which is something else than no answer. */
  readonly negatable?: boolean;
  readonly choices?: readonly string[];
  /** Why a text is no answer; undefined where it is one. */
  readonly check?: (text: string) => string | undefined;
  /** What must be generated for it to have a meaning; nothing: it always has. */
  readonly belongs?: Belongs;
}

/** All of what is named must hold. */
export interface Belongs {
  readonly main?: (plugin: MainPlugin) => boolean;
  readonly ipam?: readonly IpamType[];
  readonly form?: Form;
  /** What it is for, as the end of "this is for". */
  readonly what: string;
}

/** CNI versions. Source: containernetworking/cni pkg/version. */
export const CNI_VERSIONS = ['0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'] as const;
/** What a plugin may be told by the runtime. Source: containernetworking/cni CONVENTIONS.md. */
export const CAPABILITIES = [
  'ips',
  'mac',
  'bandwidth',
  'dns',
  'ipRanges',
  'portMappings',
  'infinibandGUID',
  'deviceID',
  'aliases',
  'cgroupPath',
  'CNIDeviceInfoFile',
] as const;

const isAddress = (text: string): string | undefined =>
  Address.parse(text) === undefined ? `${JSON.stringify(text)} is no IP address` : undefined;
const isPrefix = (text: string): string | undefined =>
  Prefix.parse(text) === undefined ? `${JSON.stringify(text)} is no prefix such as 192.0.2.0/24` : undefined;
const isExclude = (text: string): string | undefined => (text.includes('/') ? isPrefix(text) : isAddress(text));
const isNumber = (text: string): string | undefined =>
  /^(?:0|[1-9]\d{0,17})$/.test(text) ? undefined : `${JSON.stringify(text)} is no whole number`;
const isInterface = (text: string): string | undefined =>
  /^[^\s/:]{1,15}$/.test(text) && text !== '.' && text !== '..'
    ? undefined
    : `${JSON.stringify(text)} is no name of an interface: 1 to 15 characters without white space, / and :`;
const isFilled = (text: string): string | undefined => (text.trim() === '' ? 'is empty' : undefined);
const isLabel = (text: string): string | undefined =>
  /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(text)
    ? undefined
    : `${JSON.stringify(text)} is no name: lower-case letters, digits and hyphens, 63 at most`;
const isSliceSize = (text: string): string | undefined =>
  /^\/?\d{1,2}$/.test(text) ? undefined : `${JSON.stringify(text)} is no prefix length such as /26`;

type Ungrouped = Omit<Question, 'group'>;

const STATIC: Belongs = { ipam: ['static'], what: 'static addresses' };
const WHEREABOUTS: Belongs = { ipam: ['whereabouts'], what: 'whereabouts' };
const ROUTED: Belongs = { ipam: ['static', 'whereabouts'], what: 'static addresses and whereabouts' };
const DNS: Belongs = { main: ({ dns }) => dns !== 'none', what: 'networks whose plugin passes DNS on' };
const CHAINED: Belongs = { main: ({ chained }) => chained, what: 'main plugins that others may follow' };
const SHAPED: Belongs = { main: ({ hostInterface }) => hostInterface, what: 'networks with an interface on the host' };

const HEAD: readonly Ungrouped[] = [
  { id: 'name', kind: 'text', value: 'NAME', summary: 'name of the network', check: isLabel },
  {
    id: 'main',
    kind: 'text',
    value: 'PLUGIN',
    summary: 'plugin that makes the interface',
    choices: MAIN_PLUGINS.map(({ type }) => type),
  },
  { id: 'namespace', kind: 'text', value: 'NAME', summary: 'namespace of the object', check: isLabel },
  { id: 'form', kind: 'text', value: 'FORM', summary: 'what is written', choices: FORMS },
  {
    id: 'cni-version',
    kind: 'text',
    value: 'X.Y.Z',
    summary: 'version of CNI; 0.3.1, or what the main plugin wants',
    choices: CNI_VERSIONS,
  },
  {
    id: 'with-pod',
    kind: 'switch',
    value: '',
    summary: 'add a pod that attaches to it',
    belongs: { form: 'nad', what: 'the form nad' },
  },
  {
    id: 'resource-name',
    kind: 'text',
    value: 'PREFIX/NAME',
    summary: 'resource whose devices the pods get',
    check: isFilled,
    belongs: {
      main: ({ device }) => device,
      form: 'nad',
      what: 'sriov and host-device in the form nad, whose annotation holds it',
    },
  },
];

const IPAM: readonly Ungrouped[] = [
  {
    id: 'address',
    kind: 'list',
    value: 'CIDR',
    summary: 'address with its prefix length',
    check: isPrefix,
    belongs: STATIC,
  },
  {
    id: 'gateway',
    kind: 'list',
    value: 'IP',
    summary: 'gateway of the network, never handed out; static: one for each family',
    check: isAddress,
    belongs: ROUTED,
  },
  {
    id: 'route',
    kind: 'list',
    value: 'DST[=GW]',
    summary: 'route of the pod, by the gateway where none is named',
    check: routeProblem,
    belongs: ROUTED,
  },
  {
    id: 'range',
    kind: 'list',
    value: 'RANGE[,start=IP][,end=IP][,exclude=CIDR]',
    summary: 'CIDR or FIRST-LAST/LENGTH to hand out of; several: one address of each',
    check: rangeProblem,
    belongs: WHEREABOUTS,
  },
  {
    id: 'range-start',
    kind: 'text',
    value: 'IP',
    summary: 'first address of the one range',
    check: isAddress,
    belongs: WHEREABOUTS,
  },
  {
    id: 'range-end',
    kind: 'text',
    value: 'IP',
    summary: 'last address of the one range',
    check: isAddress,
    belongs: WHEREABOUTS,
  },
  {
    id: 'exclude',
    kind: 'list',
    value: 'CIDR',
    summary: 'what of the one range is not handed out',
    check: isExclude,
    belongs: WHEREABOUTS,
  },
  {
    id: 'network-name',
    kind: 'text',
    value: 'NAME',
    summary: 'pool of its own; the same name: the same pool',
    check: isFilled,
    belongs: WHEREABOUTS,
  },
  {
    id: 'node-slice-size',
    kind: 'text',
    value: '/LENGTH',
    summary: 'a slice of the range for each node (Fast IPAM)',
    check: isSliceSize,
    belongs: WHEREABOUTS,
  },
  {
    id: 'no-overlapping-ranges',
    kind: 'switch',
    value: '',
    summary: 'do not look whether another range has given the address out',
    belongs: WHEREABOUTS,
  },
];

const AROUND: readonly Ungrouped[] = [
  { id: 'dns-nameserver', kind: 'list', value: 'IP', summary: 'name server', check: isAddress, belongs: DNS },
  { id: 'dns-domain', kind: 'text', value: 'DOMAIN', summary: 'domain of the pod', check: isFilled, belongs: DNS },
  { id: 'dns-search', kind: 'list', value: 'DOMAIN', summary: 'domain to search in', check: isFilled, belongs: DNS },
  { id: 'dns-option', kind: 'list', value: 'OPTION', summary: 'option of the resolver', check: isFilled, belongs: DNS },
  {
    id: 'sysctl',
    kind: 'list',
    value: 'KEY=VALUE',
    summary: 'setting below net. in the pod; IFNAME stands for the interface',
    check: (text) => (/^[^=\s]+=.+$/.test(text) ? undefined : `${JSON.stringify(text)} is not KEY=VALUE`),
    belongs: CHAINED,
  },
  ...['ingress', 'egress'].flatMap((direction): Ungrouped[] => [
    {
      id: `${direction}-rate`,
      kind: 'text',
      value: 'BITS',
      summary: `${direction} in bits per second`,
      check: isNumber,
      belongs: SHAPED,
    },
    {
      id: `${direction}-burst`,
      kind: 'text',
      value: 'BITS',
      summary: `${direction} in bits at once`,
      check: isNumber,
      belongs: SHAPED,
    },
  ]),
  {
    id: 'vrf',
    kind: 'text',
    value: 'NAME',
    summary: 'put the interface into this VRF of the pod',
    check: isInterface,
    belongs: CHAINED,
  },
  {
    id: 'capability',
    kind: 'list',
    value: 'NAME',
    summary: 'what a pod may ask for',
    choices: CAPABILITIES,
    belongs: CHAINED,
  },
];

const CHECKS: Partial<Record<MainKey['type'], NonNullable<Question['check']>>> = {
  text: isFilled,
  interface: isInterface,
  number: isNumber,
  texts: isFilled,
  trunk: trunkProblem,
};
const VALUES: Readonly<Record<MainKey['type'], string>> = {
  text: 'VALUE',
  interface: 'NAME',
  number: 'N',
  switch: '',
  texts: 'LIST',
  trunk: 'ID|FIRST-LAST',
};

/** Every question but the type of the IPAM, which the command's argument answers. */
export const QUESTIONS: readonly Question[] = [
  ...HEAD.map((each): Question => ({ ...each, group: 'NETWORK' })),
  ...mainQuestions().map((each): Question => ({ ...each, group: 'MAIN PLUGIN' })),
  ...IPAM.map((each): Question => ({ ...each, group: 'IPAM' })),
  ...AROUND.map((each): Question => ({ ...each, group: 'DNS AND CHAINED PLUGINS' })),
];

/** A question by its id. */
export function question(id: string): Question | undefined {
  return QUESTIONS.find((each) => each.id === id);
}

/** One for all plugins that have such a key. */
function mainQuestions(): Ungrouped[] {
  const owners = new Map<string, { readonly key: MainKey; readonly plugins: MainPlugin[] }>();
  for (const plugin of MAIN_PLUGINS) {
    for (const key of plugin.keys) {
      const id = questionOf(key.key);
      const known = owners.get(id);
      if (known === undefined) owners.set(id, { key, plugins: [plugin] });
      else known.plugins.push(plugin);
    }
  }
  return [...owners].map(([id, { key, plugins }]) => keyQuestion(id, key, plugins));
}

function keyQuestion(
  id: string,
  { key, type, summary, impliedBy }: MainKey,
  plugins: readonly MainPlugin[],
): Ungrouped {
  const types = plugins.map((plugin) => plugin.type);
  const check = CHECKS[type];
  // Of one name and several plugins, the allowed words are the plugin's.
  const words = [...new Set(plugins.flatMap(({ keys }) => keys.find((each) => each.key === key)?.choices ?? []))];
  return {
    id,
    kind: type === 'switch' ? 'switch' : type === 'texts' || type === 'trunk' ? 'list' : 'text',
    summary: `${types.join(', ')}: ${summary}${words.length === 0 ? '' : ` (${words.join(', ')})`}`,
    value: VALUES[type],
    ...(check === undefined ? {} : { check }),
    ...(impliedBy === undefined ? {} : { negatable: true }),
    belongs: { main: ({ type: of }) => types.includes(of), what: types.join(', ') },
  };
}

function routeProblem(text: string): string | undefined {
  const [destination = '', gateway, ...more] = text.split('=');
  if (more.length > 0) return `${JSON.stringify(text)} is not DST or DST=GW`;
  return isPrefix(destination) ?? (gateway === undefined ? undefined : isAddress(gateway));
}

function trunkProblem(text: string): string | undefined {
  return /^\d{1,4}(?:-\d{1,4})?$/.test(text) ? undefined : `${JSON.stringify(text)} is no VLAN, and not FIRST-LAST`;
}

/** `RANGE` of one answer, and what was said of it after commas. */
export interface RangeAnswer {
  readonly range: string;
  readonly start: string | undefined;
  readonly end: string | undefined;
  readonly exclude: readonly string[];
}

/** Takes an answer apart; what its parts say is not looked at. A text: why it cannot be taken apart. */
export function splitRange(text: string): RangeAnswer | string {
  const [range = '', ...parts] = text.split(',');
  const said = new Map<string, string[]>();
  for (const part of parts) {
    const [key = '', value] = part.split('=', 2);
    if (value === undefined || !['start', 'end', 'exclude'].includes(key)) {
      return `${JSON.stringify(part)} is none of start=IP, end=IP and exclude=CIDR`;
    }
    said.set(key, [...(said.get(key) ?? []), value]);
  }
  for (const key of ['start', 'end']) if ((said.get(key)?.length ?? 0) > 1) return `${key} is given twice`;
  return { range, start: said.get('start')?.[0], end: said.get('end')?.[0], exclude: said.get('exclude') ?? [] };
}

function rangeProblem(text: string): string | undefined {
  const answer = splitRange(text);
  if (typeof answer === 'string') return answer;
  const { range, start, end, exclude } = answer;
  const [first, last] = range.split('-', 2);
  const problems = [
    last === undefined ? isPrefix(range) : (isAddress(first ?? '') ?? isPrefix(last)),
    ...[start, end].map((each) => (each === undefined ? undefined : isAddress(each))),
    ...exclude.map(isExclude),
  ];
  return problems.find((each) => each !== undefined);
}
