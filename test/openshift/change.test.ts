import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../src/cluster/port.js';
import type { RefusalReason, WriteOutcome } from '../../src/cluster/writer.js';
import { ClusterFailure } from '../../src/errors.js';
import { type Change, changeNetwork, planAdd, planRemove } from '../../src/openshift/change.js';
import { type Entry, shimEntry } from '../../src/openshift/entry.js';
import type { OperatorNetwork } from '../../src/openshift/operator-network.js';

const SHIM = shimEntry({ type: 'dhcp' });
const failure = new ClusterFailure('server-error', 'the server says no');

/** A server that answers writes as it is told; each answer says whether the write was done all the same. */
class Server {
  list: Entry[] = [];
  version = 1;
  writes = 0;

  constructor(
    private readonly answers: readonly (readonly [answer: 'done' | 'uncertain' | RefusalReason, done: boolean])[],
  ) {}

  get(): Promise<KubeObject> {
    const metadata = { name: 'cluster', uid: 'u', resourceVersion: this.version.toString() };
    return Promise.resolve({ metadata, spec: { additionalNetworks: this.list } });
  }

  patch(): Promise<WriteOutcome> {
    const [answer, done] = this.answers[this.writes++] ?? ['done', true];
    if (done) this.list = this.list.length === 0 ? [SHIM] : [];
    if (done || answer === 'conflict') this.version++;
    if (answer === 'done') return Promise.resolve({ state: 'done', object: { metadata: {} } });
    if (answer === 'uncertain') return Promise.resolve({ state: 'uncertain', why: 'cut' });
    return Promise.resolve({ state: 'refused', reason: answer, status: 422, message: 'no', failure });
  }
}

const add = (network: OperatorNetwork): Change => planAdd(network, SHIM, { type: 'dhcp', force: false, hints: [] });
const run = (server: Server, decide = add): Promise<Change> =>
  changeNetwork({ cluster: server, sleep: () => Promise.resolve() }, decide);

describe('a write that is answered badly', () => {
  test('done, though nobody said so: it is ours, and not sent again', async () => {
    const server = new Server([['uncertain', true]]);
    expect([(await run(server)).result, server.writes]).toEqual(['added', 1]);
    const remover = new Server([['uncertain', true]]);
    remover.list = [SHIM];
    const removed = await run(remover, (network) => planRemove(network, 'dhcp-shim', 'dhcp', false));
    expect([removed.result, remover.writes]).toEqual(['removed', 1]);
  });

  test('not done, and nobody said so: it is sent again', async () => {
    const server = new Server([['uncertain', false]]);
    expect([(await run(server)).result, server.writes, server.list]).toEqual(['added', 2, [SHIM]]);
  });

  test('somebody else was first: again, by what is there now', async () => {
    const server = new Server([
      ['conflict', false],
      ['too-many', false],
    ]);
    expect([(await run(server)).result, server.writes]).toEqual(['added', 3]);
  });

  test.each(['invalid', 'forbidden', 'other', 'not-found'] as const)(
    '%s of what nobody changed ends it',
    async (reason) => {
      const server = new Server(Array.from({ length: 9 }, () => [reason, false]));
      await expect(run(server)).rejects.toBe(failure);
      expect(server.writes).toBe(1);
    },
  );

  test('a server that never takes it', async () => {
    const server = new Server(Array.from({ length: 999 }, () => ['conflict', false]));
    await expect(run(server)).rejects.toThrow('is changed by others all the time; nothing was written');
    const silent = new Server(Array.from({ length: 999 }, () => ['uncertain', false]));
    await expect(run(silent)).rejects.toThrow('is not known: cut');
  });
});
