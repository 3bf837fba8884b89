/** The API server's own word on who wrote what to pools and reservations, and what it answered. */
import { createReadStream, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

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
  readonly userAgent?: string;
  readonly objectRef?: { readonly resource?: string; readonly name?: string };
  readonly responseStatus?: { readonly code?: number; readonly message?: string };
  readonly requestObject?: unknown;
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
