import type { ReadingObserver } from '../cluster/options.js';
import { openSource } from '../cluster/open.js';
import type { ClusterIdentity, ClusterReader, OfCluster } from '../cluster/port.js';
import { ClusterFailure, UsageFailure } from '../errors.js';
import { connectionOf, type SourceFlagValues } from './connection.js';
import { PARTIAL } from './exit-codes.js';
import { located } from './located.js';
import type { CommandResult } from './result.js';

/** Clusters that are read at the same time. */
const AT_ONCE = 4;

/** What became of one of several clusters (`clusters[]` of their result). */
export interface ClusterStatus {
  /** The context. */
  readonly name: string;
  readonly uid: string | null;
  readonly server: string | null;
  /** null: it was read. */
  readonly error: { readonly reason: string; readonly message: string } | null;
}

/** What was found in one cluster. */
export interface ClusterAnswer<T> {
  readonly name: string;
  readonly identity: ClusterIdentity;
  readonly found: T;
}

/** What was found in several clusters, in the order in which they were named. */
export interface Fleet<T> {
  readonly answers: readonly ClusterAnswer<T>[];
  readonly clusters: readonly ClusterStatus[];
  readonly warnings: readonly string[];
}

/** How a cluster is read, and who is told of it. */
export interface FleetReading<T> {
  readonly version: string;
  readonly look: (reader: ClusterReader, name: string) => Promise<T>;
  readonly observerOf: (name: string) => ReadingObserver;
}

/**
 * Reads several clusters at once. One that cannot be read is no reason to be silent about the others.
 * @throws ClusterFailure for a context that is not there, and where no cluster at all could be read
 */
export async function readFleet<T>(flags: SourceFlagValues, reading: FleetReading<T>): Promise<Fleet<T>> {
  if (flags.cluster !== undefined) {
    throw new UsageFailure('--cluster would make one cluster of several contexts', { hints: ['leave it out'] });
  }
  const { chooseContexts } = await import('../cluster/live/contexts.js');
  const asked = flags['all-contexts'] === true ? null : (flags.context ?? []);
  const { names, notes } = chooseContexts(flags.kubeconfig, asked);
  const outcomes = await inParallel(names.length === 0 ? [undefined] : names, AT_ONCE, (name) =>
    readOne(flags, name, reading),
  );
  const answers = outcomes.flatMap((outcome) => ('found' in outcome ? [outcome] : []));
  const failed = outcomes.flatMap((outcome) => ('failure' in outcome ? [outcome] : []));
  if (answers.length === 0) throw noneAnswered(failed);
  return {
    answers,
    clusters: outcomes.map(statusOf),
    warnings: [...notes, ...sameCluster(answers), ...failed.map(failureText)],
  };
}

/** The result with what became of each cluster, and the exit code of that. */
export function withClusters(result: CommandResult, { clusters, warnings }: Fleet<unknown>): CommandResult {
  const failed = clusters.filter(({ error }) => error !== null).length;
  const document = result.document as { readonly warnings: readonly string[]; readonly incomplete: boolean };
  return {
    ...result,
    document: {
      ...document,
      clusters,
      incomplete: document.incomplete || failed > 0,
      warnings: [...document.warnings, ...warnings],
    },
    closing: [
      ...result.closing,
      ...(failed === 0 ? [] : [`${failed.toString()} of ${clusters.length.toString()} clusters could not be read.`]),
    ],
    warnings: [...result.warnings, ...warnings],
    exitCode: failed > 0 ? PARTIAL : result.exitCode,
  };
}

/** A document that is a list. */
interface ListDocument {
  readonly incomplete: boolean;
  readonly warnings: readonly string[];
}

/**
 * The lists of several clusters as one, each row with its cluster.
 * @param fields names of the lists in the document
 */
export function joinLists<L extends ListDocument>(
  answers: readonly ClusterAnswer<L>[],
  fields: readonly (keyof L)[],
): L {
  const [first] = answers;
  if (first === undefined) throw new RangeError('no list to join');
  const joined = fields.map((field) => [
    field,
    answers.flatMap(({ name, found }) =>
      (found[field] as readonly object[]).map((row): OfCluster => ({ cluster: name, ...row })),
    ),
  ]);
  return {
    ...first.found,
    ...(Object.fromEntries(joined) as Partial<L>),
    incomplete: answers.some(({ found }) => found.incomplete),
    warnings: warningsOf(answers),
  };
}

/** A report or plan of one cluster, which tells whose it is. */
interface ClusterDocument extends ListDocument {
  readonly cluster: { readonly uid: string | null; readonly server: string | null };
}

/** Documents of several clusters, each whole and with the name of its cluster: any of them can be taken out and used alone. */
export function reportList(kind: string, answers: readonly ClusterAnswer<ClusterDocument>[]): ListDocument & object {
  return {
    apiVersion: 'ipamctl.io/v1',
    kind,
    items: answers.map(({ name, found }) => ({ ...found, cluster: { name, ...found.cluster } })),
    incomplete: answers.some(({ found }) => found.incomplete),
    warnings: warningsOf(answers),
  } as ListDocument & object;
}

/** What there is to say of each cluster, with its name before it. */
export function warningsOf(answers: readonly ClusterAnswer<ListDocument>[]): string[] {
  return answers.flatMap(({ name, found }) => found.warnings.map((warning) => `${name}: ${warning}`));
}

/** The fleet with a part of what was found. */
export function withFound<T, U>(fleet: Fleet<T>, part: (found: T) => U): Fleet<U> {
  return { ...fleet, answers: fleet.answers.map((answer) => ({ ...answer, found: part(answer.found) })) };
}

/** Of each cluster whether its counts may be too low; of one that could not be read they are. */
export function completenessOf(fleet: Fleet<ListDocument>): (OfCluster & { readonly incomplete: boolean })[] {
  const byName = new Map(fleet.answers.map(({ name, found }) => [name, found.incomplete]));
  return fleet.clusters.map(({ name }) => ({ cluster: name, incomplete: byName.get(name) ?? true }));
}

interface FailedCluster {
  readonly name: string;
  readonly failure: ClusterFailure;
}

async function readOne<T>(
  flags: SourceFlagValues,
  context: string | undefined,
  { version, look, observerOf }: FleetReading<T>,
): Promise<ClusterAnswer<T> | FailedCluster> {
  try {
    const one = { ...flags, context: context === undefined ? undefined : [context], 'all-contexts': false };
    const source = { connection: connectionOf(one), version, unattended: true };
    const reader = await openSource(source, observerOf(context ?? ''));
    try {
      const name = context ?? (await reader.identity()).name;
      const [identity, found] = await located(reader, () => Promise.all([reader.identity(), look(reader, name)]));
      return { name, identity, found };
    } finally {
      await reader.close();
    }
  } catch (failure) {
    // Whatever else is thrown is about the command, or a bug, and would come of every cluster.
    if (!(failure instanceof ClusterFailure) || context === undefined) throw failure;
    return { name: context, failure };
  }
}

function statusOf(outcome: ClusterAnswer<unknown> | FailedCluster): ClusterStatus {
  const { name } = outcome;
  if ('failure' in outcome) {
    const { reason, message } = outcome.failure;
    return { name, uid: null, server: null, error: { reason, message } };
  }
  return { name, uid: outcome.identity.uid, server: outcome.identity.server, error: null };
}

/** Two ways to one cluster, as by an address inside and one outside. */
function sameCluster(answers: readonly ClusterAnswer<unknown>[]): string[] {
  const byUid = new Map<string, ClusterAnswer<unknown>[]>();
  for (const answer of answers) {
    const { uid } = answer.identity;
    if (uid !== null) byUid.set(uid, [...(byUid.get(uid) ?? []), answer]);
  }
  return [...byUid.values()].flatMap((same) => {
    const servers = new Set(same.map(({ identity }) => identity.server));
    return servers.size < 2
      ? []
      : [`contexts ${same.map(({ name }) => name).join(', ')} are one cluster: what is in it is listed for each`];
  });
}

function failureText({ name, failure: { message, facts } }: FailedCluster): string {
  return `${name} could not be read: ${[message, ...facts].join('; ')}`;
}

function noneAnswered(failed: readonly FailedCluster[]): ClusterFailure {
  const [first] = failed;
  if (first === undefined || failed.length === 1) throw first?.failure ?? new RangeError('no cluster');
  const { reason, request } = first.failure;
  return new ClusterFailure(reason, `none of ${failed.length.toString()} clusters could be read`, request, {
    facts: failed.map(({ name, failure }) => `${name}: ${[failure.message, ...failure.facts].join('; ')}`),
    hints: first.failure.hints,
    cause: first.failure,
  });
}

/** `work` for each item, at most so many at a time; results in the order of the items. */
async function inParallel<I, R>(items: readonly I[], most: number, work: (item: I) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length);
  const left = items.entries();
  const worker = async (): Promise<void> => {
    for (const [at, item] of left) results[at] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
  return results;
}
