import { homedir } from 'node:os';
import { openSource } from '../../cluster/open.js';
import type { ClusterReader, KubeObject } from '../../cluster/port.js';
import { IP_POOLS, NADS, NAMESPACES, NODES, NODE_SLICE_POOLS, PODS, type Resource } from '../../cluster/resources.js';
import { readNad } from '../../nad/nad.js';
import { parsePool } from '../../whereabouts/objects.js';
import { HELP_TOPICS } from '../topics.js';
import { formatsOf } from '../format-list.js';
import type { ArgSpec, CommandSpec, FlagSpec, Grammar } from './grammar.js';
import type { Candidate, GivenFlags, Place } from './place.js';

/** What a value can be. */
type Source =
  | 'files'
  | 'directories'
  | 'contexts'
  | 'clusters'
  | 'users'
  | 'namespaces'
  | 'nodes'
  | 'pods'
  | 'pools'
  | 'slice-pools'
  | 'networks'
  | 'addresses'
  | 'rules'
  | 'checks'
  | 'journals';

/** Values for a place. */
export interface Values {
  readonly candidates: readonly Candidate[];
  /** What the shell completes by itself where there is no candidate. */
  readonly paths: 'files' | 'directories' | null;
}

const BY_FLAG: Readonly<Record<string, Source>> = {
  context: 'contexts',
  cluster: 'clusters',
  user: 'users',
  namespace: 'namespaces',
  'ipam-namespace': 'namespaces',
  node: 'nodes',
  pod: 'pods',
  pool: 'pools',
  network: 'networks',
  check: 'checks',
  fix: 'checks',
};

const BY_ARGUMENT: Readonly<Record<string, Source>> = {
  'audit:checks': 'checks',
  'pools:show': 'pools',
  'slices:show': 'slice-pools',
  'ips:show': 'addresses',
  'ips:release': 'addresses',
  'nad:rules': 'rules',
  'journal:show': 'journals',
  restore: 'journals',
};

/** Whoever waits at a prompt waits no longer for one answer. */
const REQUEST_MS = 2_000;
/** Where whereabouts keeps its pools: who may not look everywhere may look there. */
const USUAL_NAMESPACES = ['openshift-multus', 'kube-system'];

/** The values that may stand there. Everything may fail here: who asks knows what to make of that. */
export async function valuesFor(
  place: Extract<Place, { kind: 'value' }>,
  grammar: Grammar,
  env: NodeJS.ProcessEnv,
): Promise<Values> {
  const { command, flag, arg, given, typed } = place;
  const options = (flag ?? arg)?.options;
  if (options !== undefined) return only(options.map((value) => ({ value })));
  if (flag?.name === 'output') return formats(flag, typed);
  const source = flag === null ? sourceOfArgument(command, arg) : sourceOfFlag(command, flag);
  if (source === undefined) return only([]);
  if (source === 'files' || source === 'directories') return { candidates: [], paths: source };
  if (source === 'journals') return { candidates: await journals(given, env), paths: 'files' };
  if (source === 'rules') return only(await rules());
  if (source === 'checks') return only(await checks(flag?.name === 'fix'));
  if (source === 'contexts' || source === 'clusters' || source === 'users') {
    const there = new Set(flag?.multiple === true ? given.get(flag.name) : []);
    return only((await named(source, given, env)).filter(({ value }) => !there.has(value)));
  }
  return only(await ofCluster(source, place, grammar.version));
}

/** Topics of `help`, beside the commands. */
export function topicWords(): Candidate[] {
  return [...HELP_TOPICS.keys()].map((value) => ({ value, description: 'topic' }));
}

function only(candidates: readonly Candidate[]): Values {
  return { candidates, paths: null };
}

function sourceOfFlag({ id }: CommandSpec, { name, helpValue }: FlagSpec): Source | undefined {
  // What `nad generate` writes need not be there yet; only the namespace is.
  if (id === 'nad:generate' && name !== 'namespace' && name !== 'context') return byShape(helpValue);
  return BY_FLAG[name] ?? byShape(helpValue);
}

function sourceOfArgument({ id }: CommandSpec, arg: ArgSpec | null): Source | undefined {
  return BY_ARGUMENT[id] ?? (/path|file|dir/i.test(arg?.name ?? '') ? 'files' : undefined);
}

function byShape(helpValue: string | undefined): Source | undefined {
  if (helpValue === 'DIR') return 'directories';
  return helpValue !== undefined && /FILE|PATH/.test(helpValue) ? 'files' : undefined;
}

function formats(flag: FlagSpec, typed: string): Values {
  // After the sign comes a file; of an expression nobody but its writer knows how it goes on.
  if (typed.includes('=')) return { candidates: [], paths: typed.startsWith('jsonpath=') ? null : 'files' };
  return only(formatsOf(flag.summary ?? '').map((format) => ({ value: format.replace('EXPR', '') })));
}

async function rules(): Promise<Candidate[]> {
  const { RULES } = await import('../../lint/registry.js');
  return RULES.map(({ id, title }) => ({ value: id, description: title }));
}

/** Without what stands before each of them, and none of them needs. */
async function checks(onlyFixable: boolean): Promise<Candidate[]> {
  const { CHECKS } = await import('../../audit/registry.js');
  return CHECKS.filter(({ fix }) => !onlyFixable || fix?.kind === 'audit').map(({ id, title }) => ({
    value: id.slice(id.indexOf('/') + 1),
    description: title,
  }));
}

async function journals(given: GivenFlags, env: NodeJS.ProcessEnv): Promise<Candidate[]> {
  const [{ journalsIn }, { stateDirectory }] = await Promise.all([
    import('../../journal/list.js'),
    import('../../journal/directory.js'),
  ]);
  const files = await journalsIn(last(given, 'journal') ?? stateDirectory(env));
  return files.reverse().map((value) => ({ value }));
}

async function named(
  part: 'contexts' | 'clusters' | 'users',
  given: GivenFlags,
  env: NodeJS.ProcessEnv,
): Promise<Candidate[]> {
  const { loadKubeconfig } = await import('../../cluster/live/kubeconfig.js');
  const config = loadKubeconfig(last(given, 'kubeconfig'), { env, home: homedir() });
  return [...(config?.[part].keys() ?? [])].map((value) => ({ value }));
}

type ClusterSource = Exclude<
  Source,
  'files' | 'directories' | 'contexts' | 'clusters' | 'users' | 'rules' | 'checks' | 'journals'
>;

async function ofCluster(
  source: ClusterSource,
  { given, typed }: Extract<Place, { kind: 'value' }>,
  version: string,
): Promise<Candidate[]> {
  const text = (name: string): Record<string, string> => {
    const value = last(given, name);
    return value === undefined
      ? {}
      : { [name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())]: value };
  };
  const from = given.get('from');
  const asGroups = given.get('as-group');
  const connection = {
    ...['kubeconfig', 'context', 'cluster', 'user', 'as'].map(text).reduce((all, one) => ({ ...all, ...one }), {}),
    ...(asGroups === undefined ? {} : { asGroups }),
    ...(given.has('insecure-skip-tls-verify') ? { insecureSkipTlsVerify: true } : {}),
    requestTimeoutMs: REQUEST_MS,
  };
  const reader = await openSource({ connection, version, ...(from === undefined ? {} : { from }) }, {});
  try {
    return await fromReader(reader, source, typed, last(given, 'ipam-namespace'));
  } finally {
    await reader.close();
  }
}

async function fromReader(
  reader: ClusterReader,
  source: ClusterSource,
  typed: string,
  ipamNamespace: string | undefined,
): Promise<Candidate[]> {
  switch (source) {
    case 'namespaces':
      return sorted(await reader.collect(NAMESPACES, { metadataOnly: true }, nameOf));
    case 'nodes':
      return sorted(await reader.collect(NODES, { metadataOnly: true }, nameOf));
    case 'pods':
      return podsOf(reader, typed);
    case 'pools':
      return sorted(await inPlace(reader, IP_POOLS, ipamNamespace, true, nameOf));
    case 'slice-pools':
      return sorted(await inPlace(reader, NODE_SLICE_POOLS, ipamNamespace, true, nameOf));
    case 'networks':
      return sorted(await reader.collect(NADS, {}, networkOf));
    case 'addresses':
      return addresses(await inPlace(reader, IP_POOLS, ipamNamespace, false, parsePool), typed);
  }
}

/** First the namespace, then the pod: the pods of all namespaces are too many to look through. */
async function podsOf(reader: ClusterReader, typed: string): Promise<Candidate[]> {
  const [namespace = '', name] = typed.split('/');
  if (name === undefined) {
    const namespaces = await reader.collect(NAMESPACES, { metadataOnly: true }, nameOf);
    return sorted(namespaces.map((each) => `${each}/`));
  }
  const pods = await reader.collect(PODS, { namespace, metadataOnly: true }, nameOf);
  return sorted(pods.map((pod) => `${namespace}/${pod}`));
}

/** Objects of whereabouts: everywhere, or where they usually are for who may not look everywhere. */
async function inPlace<T>(
  reader: ClusterReader,
  resource: Resource,
  namespace: string | undefined,
  metadataOnly: boolean,
  project: (object: KubeObject) => T | undefined,
): Promise<T[]> {
  if (namespace !== undefined) return reader.collect(resource, { namespace, metadataOnly }, project);
  try {
    return await reader.collect(resource, { metadataOnly }, project);
  } catch {
    const places = [...new Set([...USUAL_NAMESPACES, reader.contextNamespace])];
    const lists = places.map((each) =>
      reader.collect(resource, { namespace: each, metadataOnly }, project).catch(() => []),
    );
    return (await Promise.all(lists)).flat();
  }
}

function addresses(pools: readonly ReturnType<typeof parsePool>[], typed: string): Candidate[] {
  return pools.flatMap(({ allocations }) =>
    allocations.flatMap(({ reading, podref }) => {
      const value = reading.ok ? reading.address.toString() : '';
      return value !== '' && value.startsWith(typed) ? [{ value, description: podref }] : [];
    }),
  );
}

function networkOf(object: KubeObject): string | undefined {
  const { whereabouts } = readNad(object);
  return whereabouts?.ok === true ? (whereabouts.networkName ?? undefined) : undefined;
}

function nameOf({ metadata }: KubeObject): string | undefined {
  return metadata.name;
}

function sorted(values: readonly string[]): Candidate[] {
  return [...new Set(values)].sort().map((value) => ({ value }));
}

function last(given: GivenFlags, name: string): string | undefined {
  return given.get(name)?.at(-1);
}
