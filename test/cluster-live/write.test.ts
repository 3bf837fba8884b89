import { createServer, type AddressInfo } from 'node:net';
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { LiveCluster } from '../../src/cluster/live/index.js';
import { IP_POOLS } from '../../src/cluster/resources.js';
import type { WriteOutcome } from '../../src/cluster/writer.js';
import { cleanUp, failureOf, json, kubeconfig, open, serve, status, type FakeServer } from './helpers.js';

afterEach(cleanUp);

const POOL = {
  apiVersion: 'whereabouts.cni.cncf.io/v1alpha1',
  kind: 'IPPool',
  metadata: { name: 'p', namespace: 'n' },
};
const DETAILS = { name: 'p', group: 'whereabouts.cni.cncf.io', kind: 'ippools' };

interface Sent {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly type: string | undefined;
  readonly body: unknown;
}

async function answering(answer: (response: ServerResponse) => void): Promise<[FakeServer, LiveCluster, Sent[]]> {
  const sent: Sent[] = [];
  const server = await serve((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const { method, url, headers } = request;
      if (method === 'GET') {
        json(response, { kind: 'APIResourceList', resources: [{ name: 'ippools' }] });
        return;
      }
      sent.push({ method, path: url, type: headers['content-type'], body: text === '' ? null : JSON.parse(text) });
      answer(response);
    });
  });
  return [server, await open({ kubeconfig: kubeconfig(server.url) }), sent];
}

function patch(cluster: LiveCluster): Promise<WriteOutcome> {
  return cluster.patch(IP_POOLS, 'n', 'p', [{ op: 'remove', path: '/spec/allocations/1' }]);
}

describe('what is sent', () => {
  test('each verb, with a second for the server', async () => {
    const [, cluster, sent] = await answering((response) => {
      json(response, POOL);
    });
    await patch(cluster);
    await cluster.patch(IP_POOLS, 'n', 'p', [{ op: 'test', path: '/metadata/uid', value: null }], { dryRun: true });
    await cluster.create(IP_POOLS, 'n', POOL);
    await cluster.apply(IP_POOLS, 'n', POOL, { dryRun: true });
    await cluster.replace(IP_POOLS, 'n', POOL, { dryRun: true });
    await cluster.remove(IP_POOLS, 'n', 'p', { uid: 'u', resourceVersion: '7' });
    await cluster.remove(IP_POOLS, 'n', 'p', { uid: 'u', resourceVersion: '7' }, { dryRun: true });
    const path = '/apis/whereabouts.cni.cncf.io/v1alpha1/namespaces/n/ippools';
    const options = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: 'u', resourceVersion: '7' } };
    const type = 'application/json';
    expect(sent).toEqual([
      {
        method: 'PATCH',
        path: `${path}/p?timeout=1s`,
        type: 'application/json-patch+json',
        body: [{ op: 'remove', path: '/spec/allocations/1' }],
      },
      {
        method: 'PATCH',
        path: `${path}/p?timeout=1s&dryRun=All`,
        type: 'application/json-patch+json',
        body: [{ op: 'test', path: '/metadata/uid', value: null }],
      },
      { method: 'POST', path: `${path}?timeout=1s`, type, body: POOL },
      {
        method: 'PATCH',
        path: `${path}/p?timeout=1s&dryRun=All&fieldManager=ipamctl`,
        type: 'application/apply-patch+yaml',
        body: POOL,
      },
      { method: 'PUT', path: `${path}/p?timeout=1s&dryRun=All`, type, body: POOL },
      { method: 'DELETE', path: `${path}/p?timeout=1s`, type, body: options },
      { method: 'DELETE', path: `${path}/p?timeout=1s`, type, body: { ...options, dryRun: ['All'] } },
    ]);
  });

  test.each([
    ['a Status', { kind: 'Status', status: 'Success' }, null],
    ['the object as it was', POOL, null],
    [
      'an object that waits for a finalizer',
      { ...POOL, metadata: { name: 'p', deletionTimestamp: 'now' } },
      { ...POOL, metadata: { name: 'p', deletionTimestamp: 'now' } },
    ],
  ])('a removal answered with %s', async (_, answer, object) => {
    const [, cluster] = await answering((response) => {
      json(response, answer);
    });
    const outcome = await cluster.remove(IP_POOLS, 'n', 'p', { uid: 'u', resourceVersion: '7' });
    expect(outcome).toEqual({ state: 'done', object });
  });
});

describe('refused: certainly not done', () => {
  test.each([
    [409, 'Conflict', 'conflict'],
    [409, 'AlreadyExists', 'exists'],
    [422, 'Invalid', 'invalid'],
    [403, 'Forbidden', 'forbidden'],
    [404, 'NotFound', 'not-found'],
    [429, 'TooManyRequests', 'too-many'],
    [413, 'RequestEntityTooLarge', 'other'],
  ])('%d %s', async (code, word, reason) => {
    const [, cluster, sent] = await answering((response) => {
      json(response, status(code, word, 'no\u001b[31m', DETAILS), code, { 'retry-after': '1' });
    });
    const outcome = await patch(cluster);
    expect(outcome).toMatchObject({ state: 'refused', reason, status: code, message: 'no\\u001b[31m' });
    expect(outcome.state === 'refused' && outcome.failure.request).toMatchObject({
      verb: 'patch',
      resource: 'ippools.whereabouts.cni.cncf.io',
      namespace: 'n',
      name: 'p',
      status: code,
    });
    expect(sent).toHaveLength(1);
  });

  test('429 of flow control, which is no Status', async () => {
    const [, cluster] = await answering((response) => {
      response.writeHead(429, { 'content-type': 'text/plain' }).end('Too many requests, please try again later.');
    });
    expect(await patch(cluster)).toMatchObject({ state: 'refused', reason: 'too-many' });
  });

  test('creation in a namespace that is not there', async () => {
    const [, cluster] = await answering((response) => {
      json(response, status(404, 'NotFound', 'namespaces "n" not found', { name: 'n', kind: 'namespaces' }), 404);
    });
    expect(await cluster.create(IP_POOLS, 'n', POOL)).toMatchObject({ state: 'refused', reason: 'not-found' });
  });
});

describe('uncertain: only reading decides', () => {
  test.each([500, 502, 503, 504, 408])('%d', async (code) => {
    const [, cluster, sent] = await answering((response) => {
      json(response, status(code, 'Timeout', 'request did not complete'), code);
    });
    expect(await patch(cluster)).toEqual({ state: 'uncertain', why: `${code.toString()}: request did not complete` });
    expect(sent).toHaveLength(1);
  });

  test.each<[string, (response: ServerResponse) => void]>([
    ['a connection that is reset', (response) => response.socket?.resetAndDestroy()],
    ['a connection that ends', (response) => response.socket?.end()],
    [
      'a success that is cut',
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
        response.write('{"kind":"IPPool",');
        setTimeout(() => response.socket?.destroy(), 20);
      },
    ],
    ['a success that is no JSON', (response) => json(response, '{"kind":"IPPool"')],
    ['a success that is a page', (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')],
    ['a success about another object', (response) => json(response, { ...POOL, metadata: { name: 'q' } })],
    ['an answer that is no HTTP', (response) => response.socket?.end('what?\r\n\r\n')],
  ])('%s', async (_, answer) => {
    const [, cluster, sent] = await answering((response) => {
      answer(response);
    });
    expect((await patch(cluster)).state).toBe('uncertain');
    expect(sent).toHaveLength(1);
  });

  test('no answer', async () => {
    const server = await serve(() => undefined);
    const cluster = await open({ kubeconfig: kubeconfig(server.url), requestTimeoutMs: 100 });
    expect(await patch(cluster)).toEqual({
      state: 'uncertain',
      why: `no complete answer from ${server.url} within 0.1 s`,
    });
    expect(server.seen).toHaveLength(1);
  });
});

describe('no answer of an API server, and nothing done', () => {
  test.each<[number, string, string, string]>([
    [401, 'application/json', JSON.stringify(status(401, 'Unauthorized', 'who?')), 'unauthorized'],
    [404, 'text/html', '<html>nothing here</html>', 'not-kubernetes'],
    [404, 'application/json', JSON.stringify(status(404, 'NotFound', 'no such path')), 'not-defined'],
    [404, 'application/json', JSON.stringify(status(404, 'NotFound', 'q', { ...DETAILS, name: 'q' })), 'server-error'],
    [302, 'text/html', '', 'not-kubernetes'],
  ])('%d %s %s', async (code, type, text, reason) => {
    const [, cluster] = await answering((response) => {
      response.writeHead(code, { 'content-type': type }).end(text);
    });
    expect((await failureOf(patch(cluster))).reason).toBe(reason);
  });

  test('a 403 that hides a missing definition', async () => {
    const [, cluster] = await answering((response) => {
      json(response, status(403, 'Forbidden', 'no'), 403);
    });
    const other = { ...IP_POOLS, plural: 'ponds', kind: 'Pond' };
    expect((await failureOf(cluster.patch(other, 'n', 'p', []))).reason).toBe('not-defined');
  });

  test('a refused connection', async () => {
    const listener = createServer();
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const { port } = listener.address() as AddressInfo;
    await new Promise((resolve) => listener.close(resolve));
    for (const host of ['127.0.0.1', 'localhost']) {
      const cluster = await open({ kubeconfig: kubeconfig(`http://${host}:${port.toString()}`) });
      expect((await failureOf(patch(cluster))).reason).toBe('unreachable');
    }
  });
});
