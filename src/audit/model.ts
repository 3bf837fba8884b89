/**
 * The types of the audit.
 *
 * ## How to write a check
 *
 * 1. One file, `checks/NAME.ts`, for the id `audit/NAME`; it exports one constant made by `defineCheck`:
 *
 *        export const unmaskedPoolRange = defineCheck({
 *          id: 'audit/unmasked-pool-range', severity: 'warning', needs: { inventory },
 *          title: …one line… , why: …what happens, and to whom… , source: …project, version, file…,
 *          fix: { kind: 'manual', text: 'make the pool anew without host bits' },
 *          raises: { said: '…', objects: [ipPool(…)] }, silent: { said: '…', objects: [ipPool(…)] },
 *          *check({ inventory }) { for (const pool of inventory.pools) if (…) yield { …poolFields(pool), message: '…' }; },
 *        });
 *
 * 2. `needs` names sources (`sources/`): what of the cluster the check looks at. Each is read once whatever the number of
 *    checks, and only if a chosen check needs it; the check is given what was read, under the same names. A source that
 *    cannot be had makes the check skipped, with why, never passed: `sources` throw for that, checks may take them for
 *    given. A new thing to read is a new source: `defineSource({ id, title, read })`, in a file of its own. It takes other
 *    sources by `await given.of(source)`, asks `given.reader`, and throws `Missing` for what does not apply here.
 * 3. A check is a pure function of what it needs: no requests, no clock (`readAt` of the settings), linear in what it
 *    looks at. What it yields is a `Draft`; the helpers in `drafts.ts` fill in the fields of a pool, an entry, a claim
 *    or a reservation. `severity` where it differs from the check's own; `fix` is the exact command that mends this very
 *    finding, or null where none does; `evidence` is what the finding rests on, as scripts read it.
 * 4. Everything is seen twice. `again` names the pools, reservations, pods and slice pools behind a finding: they are read once more,
 *    the check runs again over what they are by then, and only what it finds again is reported (told by check, object,
 *    address, pool, key, podref, container and reservation, see `identityOf`). Absent only where the source has seen to
 *    it: claims are confirmed by `reconcile/confirm`; events, nodes, NADs, workloads and logs are as they are.
 * 5. `raises` and `silent` are clusters: whatever objects the example does not have are read as an empty list, but for a
 *    reconciler, which is there where the example has no workload. A finding that a live API alone can show has `logs`.
 * 6. Add it to the sorted list in `registry.ts`. `test/audit/registry.test.ts` holds each to the above: its texts are
 *    there, it raises itself and nothing else at warning or above on its example (`also` names what belongs to it), and
 *    is silent on the other, which is healthy for every check.
 */

import type { KubeObject } from '../cluster/port.js';
import type { Severity } from '../lint/model.js';
import type { Gaps } from '../pools/inventory.js';
import type { ObjectId } from '../reconcile/documents.js';
import type { Reason, Verdict } from '../reconcile/verdict.js';
import type { ObjectRef } from '../whereabouts/objects.js';
import type { SharedReader } from './shared-reader.js';

/** A thing of the cluster that checks look at; `read` is called once at most. */
export interface Source<T> {
  readonly id: string;
  /** What it is, for people: `pods`, `logs of the reconciler`. */
  readonly title: string;
  /** Whether it asks nobody, but is made of other sources: made anew for the second look. */
  readonly isDerived?: boolean;
  /**
   * @throws Missing where it does not apply here
   * @throws ClusterFailure where a right, a definition or an answer was lacking
   */
  read(given: Given): Promise<T>;
}

/** Types a source by what it gives. */
export function defineSource<T>(source: Source<T>): Source<T> {
  return source;
}

/** What a source is read with. */
export interface Given {
  readonly reader: SharedReader;
  readonly settings: AuditSettings;
  /** For what lessens an answer and does not prevent it. */
  readonly gaps: Gaps;
  /** Another source, read once. */
  of<T>(source: Source<T>): Promise<T>;
  /** Whether a chosen check needs that source itself. */
  isWanted(source: Source<unknown>): boolean;
}

/** What does not apply here: checks that need it are skipped, which costs nothing. */
export class Missing extends Error {
  /** @param isGap whether an answer was owed: then the audit is incomplete */
  constructor(
    readonly why: string,
    readonly isGap = false,
  ) {
    super(why);
    this.name = 'Missing';
  }
}

/**
 * Optional evidence that may not be read: that is warned of, and nothing is said where it would be needed. A gap only for
 * a check that was asked for by its name.
 */
export class Withheld extends Missing {
  constructor(why: string) {
    super(why);
    this.name = 'Withheld';
  }
}

/** How the audit is to be made. */
export interface AuditSettings {
  /** Where pools are looked for; undefined: everywhere. */
  readonly ipamNamespace: string | undefined;
  /** Used addresses of a window, in percent, from which it is a warning, and an error. */
  readonly capacityWarning: number;
  readonly capacityError: number;
}

export const DEFAULT_SETTINGS: AuditSettings = { ipamNamespace: undefined, capacityWarning: 80, capacityError: 95 };

/** The sources of a check, by the names under which it is given them. */
export type Needs = Readonly<Record<string, Source<unknown>>>;

/** What a check is given: what its sources read, and the settings. */
export type Evidence<N extends Needs> = {
  readonly [K in keyof N]: N[K] extends Source<infer T> ? T : never;
} & { readonly settings: AuditSettings; readonly readAt: Date };

/** The object that a finding is about; `namespace` is null for what has none. */
export interface AuditObject {
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
}

/** What a later release needs to recognise what was found; field names are those of the JSON. */
export interface FindingFields {
  readonly object: AuditObject;
  readonly address: string | null;
  readonly networkName: string | null;
  readonly pool: ObjectId | null;
  readonly key: string | null;
  readonly podref: string | null;
  readonly containerId: string | null;
  readonly ifName: string | null;
  readonly verdict: Verdict | null;
  readonly reason: Reason | null;
  readonly reservation: (ObjectId & { readonly resourceVersion: string }) | null;
}

/** What a finding rests on, in the form that scripts read. */
export type FindingEvidence = Readonly<Record<string, unknown>> | object | null;

/** What a check says: the engine adds what is known of the check. */
export interface Draft extends Partial<FindingFields> {
  readonly object: AuditObject;
  /** One sentence without a full stop, beginning in lower case. */
  readonly message: string;
  /** Where it differs from the check's own. */
  readonly severity?: Severity;
  readonly evidence?: FindingEvidence;
  /** The command that mends it; null or absent: none does. */
  readonly fix?: string | null;
  /** What is read once more before it is reported; absent: what it rests on has been. */
  readonly again?: Again;
}

/** The objects behind a finding. */
export interface Again {
  readonly pools?: readonly ObjectRef[];
  /** All pools: the finding says that none of them has something. */
  readonly everyPool?: boolean;
  readonly reservations?: readonly ObjectRef[];
  readonly pods?: readonly ObjectRef[];
  /** All node slice pools: their controller follows NADs and nodes with a delay. */
  readonly slicePools?: boolean;
  /**
   * Whether an ADD, a DEL or a controller that is under way looks the same: then what persists is looked at once more when the plugin's
   * whole budget for one of them has gone by.
   */
  readonly isTransient?: boolean;
}

/** A finding as it is reported: field names are those of the JSON. */
export interface AuditFinding extends FindingFields {
  readonly check: string;
  readonly severity: Severity;
  readonly message: string;
  /** When this audit first saw it; RFC 3339. */
  readonly firstSeen: string;
  readonly evidence: FindingEvidence;
  readonly fix: string | null;
}

/** A cluster that shows a check: kinds that it does not have are there and empty. */
export interface Example {
  /** What is said of it to people, one sentence without a full stop. */
  readonly said: string;
  readonly objects: readonly KubeObject[];
  /** Logs of containers, by `NAMESPACE/POD/CONTAINER`. */
  readonly logs?: Readonly<Record<string, string>>;
}

/**
 * How a finding of the check is mended: `audit` by `audit --fix`, `release` by `ips release --from-report`, `manual` by a
 * person, whom its findings tell the command where there is one.
 */
export interface CheckFix {
  readonly kind: 'audit' | 'release' | 'manual';
  readonly text: string;
}

/** A check with everything that is said of it. See the head of this file. */
export interface Check<N extends Needs = Needs> {
  readonly id: string;
  readonly severity: Severity;
  /** One line. */
  readonly title: string;
  /** What happens, when, and to whom; one or more sentences. */
  readonly why: string;
  readonly needs: N;
  /** Null: nothing is to be mended. */
  readonly fix: CheckFix | null;
  readonly raises: Example;
  readonly silent: Example;
  /** What the example raises besides, at warning or above. */
  readonly also?: readonly string[];
  /** Project, version and file whose behaviour it is about. */
  readonly source: string;
  check(evidence: Evidence<N>): Iterable<Draft>;
}

/** A check whatever it needs. */
// What a check takes depends on what it needs: of all checks together nothing but `never` can be said.
export type AnyCheck = Omit<Check, 'check'> & { check(evidence: never): Iterable<Draft> };

/** Types a check by what it needs. */
export function defineCheck<N extends Needs>(check: Check<N>): Check<N> {
  return check;
}
