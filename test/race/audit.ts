/** The API server's own word on who wrote what to pools and reservations, and what it answered. */
import { createReadStream, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { JournalAction } from '../../src/reconcile/journal.js';

const POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    {
      level: 'Request',
      verbs: ['create', 'patch', 'update', 'delete'],
      resources: [{ group: 'whereabouts.cni.cncf.io' }],
    },
    { level: 'Metadata', verbs: ['create', 'delete'], resources: [{ group: '', resources: ['pods'] }] },
    { level: 'None' },
  ],
};

interface AuditEvent {
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly userAgent?: string;
  readonly objectRef?: { readonly resource?: string; readonly name?: string };
  readonly responseStatus?: { readonly code?: number; readonly message?: string };
  readonly requestObject?: unknown;
}

/** Something that a write did. */
export interface Write {
  readonly action: JournalAction;
  /** `POOL/KEY`, the name of a reservation, or that of a pool that went. */
  readonly place: string;
}

/** An audit log of a test cluster, in a folder of its own. */
export class Audit {
  readonly #dir = mkdtempSync(join(tmpdir(), 'ipamctl-audit-'));
  readonly #log = join(this.#dir, 'audit.jsonl');
  readonly apiServerArgs: readonly string[];

  constructor() {
    const policy = join(this.#dir, 'policy.json');
    writeFileSync(policy, JSON.stringify(POLICY));
    this.apiServerArgs = [`--audit-policy-file=${policy}`, `--audit-log-path=${this.#log}`];
  }

  /** What ipamctl's writes did, in the words of a journal. A server that was killed may have lost the last of them. */
  async writesOfOurs(): Promise<Write[]> {
    if (!existsSync(this.#log)) return [];
    const done: Write[] = [];
    for await (const line of createInterface({ input: createReadStream(this.#log) })) {
      if (!line.includes('"userAgent":"ipamctl')) continue;
      const event = parsed(line);
      const code = event?.responseStatus?.code ?? 0;
      if (event === undefined || code < 200 || code > 299 || isDryRun(event)) continue;
      done.push(...doneBy(event));
    }
    return done;
  }

  remove(): void {
    rmSync(this.#dir, { recursive: true, force: true });
  }

  /** Writes that mention one of the words, in their path or their body, in that time. */
  async mentioning(words: readonly string[], sinceMs: number, untilMs: number): Promise<string[]> {
    if (!existsSync(this.#log)) return [];
    const found: string[] = [];
    for await (const line of createInterface({ input: createReadStream(this.#log) })) {
      if (!words.some((word) => line.includes(word))) continue;
      const event = JSON.parse(line) as AuditEvent;
      const at = Date.parse(event.stageTimestamp);
      if (at < sinceMs || at > untilMs) continue;
      const { requestReceivedTimestamp, verb, userAgent = '', objectRef, responseStatus, requestObject } = event;
      const took = `${requestReceivedTimestamp.slice(11, 23)} to ${event.stageTimestamp.slice(11, 23)}`;
      const answer = `${(responseStatus?.code ?? 0).toString()} ${responseStatus?.message ?? ''}`;
      const body = requestObject === undefined ? '' : JSON.stringify(requestObject).slice(0, 700);
      const what = `${verb} ${objectRef?.resource ?? ''} ${objectRef?.name ?? ''}`;
      found.push(`${took} ${userAgent.split(' ')[0] ?? ''}: ${what}: ${answer} ${body}`);
    }
    return found;
  }
}

/** Undefined for a line whose writing was cut off by a crash. */
function parsed(line: string): AuditEvent | undefined {
  try {
    return JSON.parse(line) as AuditEvent;
  } catch {
    return undefined;
  }
}

/** A deletion says it in its body. */
function isDryRun({ requestURI, requestObject }: AuditEvent): boolean {
  const { dryRun = [] } = (requestObject ?? {}) as { readonly dryRun?: readonly string[] };
  return requestURI.includes('dryRun=') || dryRun.length > 0;
}

function doneBy({ verb, objectRef, requestObject }: AuditEvent): Write[] {
  const { resource, name = '' } = objectRef ?? {};
  if (resource === 'overlappingrangeipreservations') {
    if (verb === 'delete') return [{ action: 'release-reservation', place: name }];
    const { metadata } = requestObject as { readonly metadata: { readonly name: string } };
    return verb === 'create' ? [{ action: 'restore-reservation', place: metadata.name }] : [];
  }
  if (resource === 'ippools' && verb === 'delete') return [{ action: 'delete-pool', place: name }];
  if (resource !== 'ippools' || verb !== 'patch') return [];
  const steps = requestObject as readonly { readonly op: string; readonly path: string }[];
  return steps.flatMap(({ op, path }): Write[] => {
    const key = /^\/spec\/allocations\/(.+)$/.exec(path)?.[1];
    if (key === undefined || op === 'test') return [];
    return [{ action: op === 'remove' ? 'release-key' : 'restore-key', place: `${name}/${key}` }];
  });
}
