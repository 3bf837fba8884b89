/** Journals in folders of the test's own, and records to fill them with. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openJournal, type JournalRun } from '../../src/journal/write.js';
import { readJournal } from '../../src/journal/read.js';
import {
  journalState,
  type IntentRecord,
  type JournalIntent,
  type JournalOutcome,
  type JournalOutcomeResult,
  type JournalState,
  type JournalWriter,
} from '../../src/reconcile/journal.js';

const folders: string[] = [];

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ipamctl-journal-'));
  folders.push(folder);
  return folder;
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export const RUN: JournalRun = {
  command: 'reconcile',
  argv: ['reconcile', '--now', '--pool', '192.0.2.192-27'],
  toolVersion: '0.1.0',
  cluster: { uid: '6f0c2a52-0000-4000-8000-000000000001', server: 'https://api.example.com:6443' },
  context: 'lab',
  who: { machineUser: 'alice', clusterUser: 'admin', as: 'system:admin', asGroups: ['ops'] },
  host: 'bastion',
  pid: 4711,
};

export const AT = new Date('2026-11-24T14:02:11.250Z');

/** A clock that goes on a second each time it is asked. */
export function ticking(from = AT): () => Date {
  let ms = from.getTime() - 1_000;
  return () => new Date((ms += 1_000));
}

export function start(directory: string, more: Partial<JournalRun> = {}, at = AT): Promise<JournalWriter> {
  return openJournal({ directory, run: { ...RUN, ...more }, now: ticking(at) });
}

/** A stale key of the pool 192.0.2.192/27. */
export function keyIntent(key: number, more: Partial<JournalIntent> = {}): JournalIntent {
  const podref = `default/pod-${key}`;
  return {
    action: 'release-key',
    pool: { namespace: 'kube-system', name: '192.0.2.192-27', uid: 'pool-uid', range: '192.0.2.192/27' },
    key: String(key),
    entry: { id: `container-${key}`, podref, ifname: 'net1', läuft: [1, null, { '\u2028': 'x\ny' }] },
    address: `192.0.2.${192 + (key % 32)}`,
    networkName: null,
    podref,
    containerId: `container-${key}`,
    ifName: 'net1',
    verdict: 'stale',
    reason: 'pod-gone',
    reservation: null,
    ...more,
  };
}

export function reservationIntent(key: number, action: JournalIntent['action'] = 'release-reservation'): JournalIntent {
  return keyIntent(key, {
    action,
    pool: null,
    key: null,
    entry: null,
    reservation: {
      namespace: 'kube-system',
      name: `192.0.2.${192 + key}`,
      uid: `reservation-${key}`,
      resourceVersion: '17',
      spec: { podref: `default/pod-${key}`, ifname: 'net1', more: true },
    },
  });
}

export function outcome(
  sequence: number,
  result: JournalOutcomeResult = 'released',
  error: string | null = null,
): JournalOutcome {
  return { sequence, result, error, resourceVersion: error === null ? '42' : null };
}

export function stateOf(path: string): Promise<JournalState<IntentRecord>> {
  return journalState(readJournal(path), (intent) => intent);
}

/** What a promise was rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}
