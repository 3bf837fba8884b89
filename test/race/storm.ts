/** Bad weather between ipamctl and the API server: answers that are late, wrong or missing, and a server that goes. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestCluster } from '../cluster/cluster.js';
import { writeKubeconfig } from '../cluster/kubeconfig.js';
import { openGate, type Gate, type Passing } from '../integration/support/gate.js';

/** How many of a hundred requests meet each of these. */
const FAULTS: readonly (readonly [string, number, (passing: Passing) => void])[] = [
  ['409', 0.5, status(409, 'Conflict')],
  ['410', 0.2, status(410, 'Expired')],
  ['422', 0.3, status(422, 'Invalid')],
  ['429', 0.5, status(429, 'TooManyRequests', { 'retry-after': '1' })],
  ['500', 0.4, status(500, 'InternalError')],
  ['500, and done', 0.4, (passing) => passing.instead(answerOf(500, 'InternalError'), 'done')],
  ['502 of a proxy', 0.2, (passing) => passing.refuse(502)],
  ['reset', 0.4, (passing) => passing.instead('reset', 'not done')],
  ['reset, and done', 0.4, (passing) => passing.instead('reset', 'done')],
  ['cut', 0.3, (passing) => passing.cut()],
  ['late answer', 0.6, (passing) => passing.answerLate(Math.random() * LONGEST_DELAY_MS)],
];
/** On the way to the API server. */
const DELAYED_PERCENT = 3;
/** A write is given one second. */
const LONGEST_DELAY_MS = 1800;
const LONGEST_DOWN_MS = 1500;

/** A gate of faults, for as many users as wanted. */
export class Storm {
  /** What was done to requests, by kind. */
  readonly faults = new Map<string, number>();
  restarts = 0;
  #gate: Gate | undefined;

  private constructor(private readonly cluster: TestCluster) {}

  static async open(cluster: TestCluster): Promise<Storm> {
    const storm = new Storm(cluster);
    storm.#gate = await openGate(cluster, (passing) => storm.#meet(passing));
    return storm;
  }

  /** A kubeconfig that leads through the storm. */
  kubeconfigFor(user: string, token: string): string {
    const file = join(this.cluster.dir, `kubeconfig-storm-${user}`);
    const server = this.#gate?.server ?? '';
    writeKubeconfig(file, { server, caFile: this.cluster.caFile, token, namespace: 'default', user });
    return file;
  }

  /** Takes the API server away for a moment, with a goodbye or without. */
  async restart(): Promise<void> {
    this.restarts++;
    await this.cluster.stopApiServer({ hard: Math.random() < 0.5 });
    await sleep(Math.random() * LONGEST_DOWN_MS);
    await this.cluster.startApiServer();
  }

  async close(): Promise<void> {
    await this.#gate?.close();
  }

  async #meet(passing: Passing): Promise<void> {
    if (Math.random() * 100 < DELAYED_PERCENT) {
      this.#count('delay');
      await sleep(Math.random() * LONGEST_DELAY_MS);
    }
    let percent = Math.random() * 100;
    for (const [name, share, strike] of FAULTS) {
      percent -= share;
      if (percent > 0) continue;
      this.#count(name);
      strike(passing);
      return;
    }
  }

  #count(fault: string): void {
    this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1);
  }
}

function answerOf(code: number, reason: string, headers: Record<string, string> = {}) {
  const message = `the storm says ${reason}`;
  return {
    status: code,
    headers,
    body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message },
  };
}

function status(code: number, reason: string, headers?: Record<string, string>): (passing: Passing) => void {
  return (passing) => {
    passing.instead(answerOf(code, reason, headers), 'not done');
  };
}
