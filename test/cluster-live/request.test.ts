import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { retryAfterMs } from '../../src/cluster/live/retry.js';
import { PODS } from '../../src/cluster/resources.js';
import {
  cleanUp,
  failureOf,
  json,
  kubeconfig,
  onCleanUp,
  open,
  podList,
  serve,
  status,
  tempFolder,
} from './helpers.js';

afterEach(cleanUp);

const names = (object: { metadata: { name?: string } }): string | undefined => object.metadata.name;

describe('what is sent', () => {
  test('User-Agent, Accept, gzip, token; sockets are used again', async () => {
    const server = await serve((_, response) => {
      json(response, podList([]));
    });
    const cluster = await open({ kubeconfig: kubeconfig(server.url) });
    for (let i = 0; i < 3; i++) await cluster.collect(PODS, {}, names);
    expect(server.seen[0]?.headers).toMatchObject({
      'user-agent': 'ipamctl/1.2.3',
      accept: 'application/json',
      'accept-encoding': 'gzip',
      authorization: 'Bearer secret',
      connection: 'keep-alive',
    });
    expect(server.connections).toBe(1);
  });

  test('impersonation, from the kubeconfig and by flags', async () => {
    const server = await serve((_, response) => {
      json(response, podList([]));
    });
    const user = '{token: t, as: boss, as-groups: [a, b], as-uid: u, as-user-extra: {"acme.com/Why Not": [x, y]}}';
    await (await open({ kubeconfig: kubeconfig(server.url, user) })).collect(PODS, {}, names);
    expect(server.seen[0]?.headers).toMatchObject({
      'impersonate-user': 'boss',
      'impersonate-group': 'a, b',
      'impersonate-uid': 'u',
      'impersonate-extra-acme.com%2fwhy%20not': 'x, y',
    });
    await (await open({ kubeconfig: kubeconfig(server.url), as: 'me', asGroups: ['g'] })).collect(PODS, {}, names);
    expect(server.seen[1]?.headers).toMatchObject({ 'impersonate-user': 'me', 'impersonate-group': 'g' });
    expect(server.seen[1]?.headers).not.toHaveProperty('impersonate-uid');
  });

  test('basic authentication, and a path in front of the API', async () => {
    const server = await serve((_, response) => {
      json(response, podList([]));
    });
    const config = kubeconfig(`${server.url}/k8s/clusters/c-1/`, '{username: u, password: p}');
    await (await open({ kubeconfig: config })).collect(PODS, { namespace: 'a', fieldSelector: 'x=y' }, names);
    expect(server.seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from('u:p').toString('base64')}`);
    expect(server.seen[0]?.path).toBe('/k8s/clusters/c-1/api/v1/namespaces/a/pods?fieldSelector=x%3Dy&limit=524');
  });

  test('a token file, without its line feed', async () => {
    const server = await serve((_, response) => {
      json(response, podList([]));
    });
    const file = join(tempFolder(), 'token');
    writeFileSync(file, 'from-file\n');
    await (
      await open({ kubeconfig: kubeconfig(server.url, `{tokenFile: ${file}, token: old}`) })
    ).collect(PODS, {}, names);
    expect(server.seen[0]?.headers.authorization).toBe('Bearer from-file');
  });
});

describe('tries', () => {
  test.each([429, 500, 502, 503, 504])('%d is tried again', async (code) => {
    const server = await serve((_, response, count) => {
      if (count < 3) json(response, status(code, 'X', 'later'), code);
      else json(response, podList(['a']));
    });
    const debug: string[] = [];
    const cluster = await open({ kubeconfig: kubeconfig(server.url) }, { debug });
    expect(await cluster.collect(PODS, {}, names)).toEqual(['a']);
    expect(server.seen).toHaveLength(3);
    expect(debug.join('\n')).toMatch(new RegExp(`: ${code.toString()}, again in \\d+ ms`));
  });

  test('Retry-After is kept', async () => {
    const server = await serve((_, response, count) => {
      if (count === 1) json(response, '{}', 429, { 'retry-after': '1' });
      else json(response, podList(['a']));
    });
    const start = performance.now();
    await (await open({ kubeconfig: kubeconfig(server.url) })).collect(PODS, {}, names);
    expect(performance.now() - start).toBeGreaterThan(990);
    expect(retryAfterMs('Thu, 01 Jan 2026 00:00:09 GMT', Date.UTC(2026, 0, 1))).toBe(9000);
    expect(retryAfterMs('soon', 0)).toBeUndefined();
  });

  test.each([400, 405, 409, 422])('%d is not', async (code) => {
    const server = await serve((_, response) => {
      json(response, status(code, 'X', 'no\u001b[31m'), code);
    });
    const error = await failureOf((await open({ kubeconfig: kubeconfig(server.url) })).collect(PODS, {}, names));
    expect(error.reason).toBe('server-error');
    expect(error.request.status).toBe(code);
    expect(error.facts[0]).toBe('the server said: no\\u001b[31m');
    expect(server.seen).toHaveLength(1);
  });

  test('they end', async () => {
    const server = await serve((_, response) => {
      json(response, status(503, 'ServiceUnavailable', 'etcd is away'), 503);
    });
    const error = await failureOf((await open({ kubeconfig: kubeconfig(server.url) })).collect(PODS, {}, names));
    expect(server.seen).toHaveLength(5);
    expect(error).toMatchObject({ reason: 'server-error', message: expect.stringMatching(/503 each time/) });
    expect(error.facts).toContain('the server said: etcd is away');
  }, 15_000);

  test.each([false, true])('a cut body is read again, and counts once (gzip: %s)', async (gzip) => {
    const plain = Buffer.from(JSON.stringify(podList(['a', 'b', 'c'])));
    const whole = gzip ? gzipSync(plain) : plain;
    const server = await serve((_, response, count) => {
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': whole.length,
        ...(gzip ? { 'content-encoding': 'gzip' } : {}),
      });
      if (count > 1) response.end(whole);
      else response.write(whole.subarray(0, whole.length - 20), () => response.destroy());
    });
    const cluster = await open({ kubeconfig: kubeconfig(server.url) });
    expect(await cluster.collect(PODS, {}, names)).toEqual(['a', 'b', 'c']);
    expect(server.seen).toHaveLength(2);
  });

  test('a body that ends early without a word is read again too', async () => {
    const text = JSON.stringify(podList(['a', 'b']));
    const server = await serve((_, response, count) => {
      json(response, count === 1 ? text.slice(0, -30) : text);
    });
    const cluster = await open({ kubeconfig: kubeconfig(server.url) });
    expect(await cluster.collect(PODS, {}, names)).toEqual(['a', 'b']);
  });

  test('a lost connection', async () => {
    const server = await serve((request, response, count) => {
      if (count === 1) request.socket.destroy();
      else json(response, podList(['a']));
    });
    expect(await (await open({ kubeconfig: kubeconfig(server.url) })).collect(PODS, {}, names)).toEqual(['a']);
  });

  test('a lost connection that stays lost', async () => {
    const server = await serve((request) => {
      request.socket.destroy();
    });
    const error = await failureOf((await open({ kubeconfig: kubeconfig(server.url) })).collect(PODS, {}, names));
    expect(error.reason).toBe('server-error');
    expect(error.message).toMatch(/was lost 5 times \(ECONNRESET\)/);
  }, 15_000);

  test('nobody listens', async () => {
    const error = await failureOf((await open({ server: 'http://127.0.0.1:1' })).collect(PODS, {}, names));
    expect(error.reason).toBe('unreachable');
    expect(error.message).toBe(
      'cannot reach the API server http://127.0.0.1:1: the connection was refused (ECONNREFUSED)',
    );
    expect(error.facts[0]).toBe('tried 127.0.0.1 port 1');
  });

  test('a name that does not exist', async () => {
    const error = await failureOf((await open({ server: 'https://nowhere.invalid:6443' })).collect(PODS, {}, names));
    expect(error.reason).toBe('unreachable');
    expect(error.facts.join()).toMatch('nowhere.invalid');
  }, 20_000);
});

describe('time', () => {
  test.each(['headers', 'body'])('runs out while waiting for the %s', async (part) => {
    const server = await serve((_, response) => {
      if (part === 'body') {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('{"kind":"PodList","items":[');
      }
    });
    const cluster = await open({ kubeconfig: kubeconfig(server.url), requestTimeoutMs: 200 });
    const error = await failureOf(cluster.collect(PODS, {}, names));
    expect(error.reason).toBe('timeout');
    expect(error.message).toBe(`no complete answer from ${server.url} within 0.2 s`);
    expect(error.hints.join()).toMatch('--request-timeout');
    expect(server.seen).toHaveLength(1);
  });

  test('is the server’s', async () => {
    const server = await serve((_, response) => {
      json(response, podList([]), 200, { date: 'Thu, 01 Jan 2026 00:00:00 GMT' });
    });
    const cluster = await open({ kubeconfig: kubeconfig(server.url) });
    expect(Math.abs(cluster.now().getTime() - Date.now())).toBeLessThan(1000);
    await cluster.collect(PODS, {}, names);
    expect(Math.abs(cluster.now().getTime() - Date.UTC(2026, 0, 1))).toBeLessThan(1000);
  });
});

describe('credential plugins', () => {
  function plugin(body: string): { file: string; log: string } {
    const folder = tempFolder();
    const file = join(folder, 'plugin');
    const log = join(folder, 'runs');
    writeFileSync(file, `#!/bin/sh\necho "$KUBERNETES_EXEC_INFO" >> ${log}\n${body}\n`);
    chmodSync(file, 0o755);
    return { file, log };
  }
  const runs = (log: string): string[] => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []);
  const credential = (token: string): string =>
    `echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"'${token}'"}}'`;
  const exec = (command: string, more = ''): string =>
    `{exec: {apiVersion: client.authentication.k8s.io/v1, command: "${command}", env: [{name: X, value: eggs}]${more}}}`;

  test('runs once, is told the rest, and runs again after a 401', async () => {
    const { file, log } = plugin(`n=$(wc -l < $(dirname $0)/runs | tr -d ' ')\n${credential('"$X-$n"')}`);
    const server = await serve((request, response, count) => {
      if (count > 2 && request.headers.authorization === 'Bearer eggs-1')
        json(response, status(401, 'Unauthorized', 'Unauthorized'), 401);
      else json(response, podList(['a']));
    });
    const cluster = await open({ kubeconfig: kubeconfig(server.url, exec(file, ', provideClusterInfo: true')) });
    for (let i = 0; i < 3; i++) await cluster.collect(PODS, {}, names);
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(
      ['eggs-1', 'eggs-1', 'eggs-1', 'eggs-2'].map((token) => `Bearer ${token}`),
    );
    expect(runs(log)).toHaveLength(2);
    expect(JSON.parse(runs(log)[0] ?? '')).toMatchObject({
      kind: 'ExecCredential',
      spec: { interactive: false, cluster: { server: server.url } },
    });
    expect(server.connections).toBe(1);
  });

  test('many requests at once share one run', async () => {
    const { file, log } = plugin(`sleep 0.2; ${credential('t')}`);
    const server = await serve((_, response) => {
      json(response, podList(['a']));
    });
    const cluster = await open({ kubeconfig: kubeconfig(server.url, exec(file)) });
    await Promise.all([1, 2, 3].map(() => cluster.collect(PODS, {}, names)));
    expect(runs(log)).toHaveLength(1);
  });

  test('one that is refused twice is an expired log-in', async () => {
    const { file } = plugin(credential('stale'));
    const server = await serve((_, response) => {
      json(response, status(401, 'Unauthorized', 'Unauthorized'), 401);
    });
    const cluster = await open({ kubeconfig: kubeconfig(server.url, exec(file)) });
    const error = await failureOf(cluster.collect(PODS, {}, names));
    expect(error.reason).toBe('unauthorized');
    expect(error.hints.join()).toMatch('log in again');
    expect(server.seen).toHaveLength(1);
  });

  test.each([
    [
      '/nonexistent/plugin',
      ', installHint: "get it from there"',
      /"\/nonexistent\/plugin" was not found/,
      /get it from there/,
    ],
    ['fail', '', /failed with exit code 3/, /it said: please \\u001b\[1mlog in/],
    ['noise', '', /did not print an ExecCredential/, /./],
    ['empty', '', /gave neither a token nor a certificate/, /./],
    ['fail', ', interactiveMode: Always', /wants to ask something, and there is no terminal/, /./],
  ])('%s%s', async (command, more, message, rest) => {
    const bodies: Record<string, string> = {
      fail: `printf 'please \\033[1mlog in\\n' >&2; exit 3`,
      noise: 'echo hello',
      empty: `echo '{"kind":"ExecCredential","status":{}}'`,
    };
    const body = bodies[command];
    const path = body === undefined ? command : plugin(body).file;
    const cluster = await open({ kubeconfig: kubeconfig('http://127.0.0.1:1', exec(path, more)) });
    const error = await failureOf(cluster.collect(PODS, {}, names));
    expect(error.reason).toBe('credential-plugin');
    expect(error.message).toMatch(message);
    expect([...error.facts, ...error.hints].join('\n')).toMatch(rest);
  });
});

describe('401', () => {
  const token = (exp: number): string => `h.${Buffer.from(JSON.stringify({ exp })).toString('base64url')}.s`;

  test('says when the token expired; nothing is tried twice', async () => {
    const server = await serve((_, response) => {
      json(response, status(401, 'Unauthorized', 'Unauthorized'), 401);
    });
    const user = `{token: ${token(Date.UTC(2026, 0, 2) / 1000)}}`;
    const error = await failureOf((await open({ kubeconfig: kubeconfig(server.url, user) })).collect(PODS, {}, names));
    expect(error.reason).toBe('unauthorized');
    expect(error.facts).toEqual([
      'the token expired on 2026-01-02T00:00:00Z',
      expect.stringMatching(/^as "viewer" in context "prod" \(.*config\)$/),
      'the server said: Unauthorized',
    ]);
    expect(server.seen).toHaveLength(1);
  });

  test('a token file that was renewed is read again', async () => {
    const file = join(tempFolder(), 'token');
    writeFileSync(file, 'one');
    const server = await serve((request, response) => {
      if (request.headers.authorization === 'Bearer one') {
        writeFileSync(file, 'two');
        json(response, status(401, 'Unauthorized', 'Unauthorized'), 401);
      } else json(response, podList(['a']));
    });
    const cluster = await open({ kubeconfig: kubeconfig(server.url, `{tokenFile: ${file}}`) });
    expect(await cluster.collect(PODS, {}, names)).toEqual(['a']);
  });
});

describe('proxies', () => {
  async function proxy(): Promise<{ url: string; port: number; tunnels: string[] }> {
    const tunnels: string[] = [];
    const server = createServer((request, response) => {
      response.writeHead(405).end(request.method);
    });
    const sockets = new Set<Socket>();
    server.on('connect', (request, socket: Socket, head) => {
      tunnels.push(request.url ?? '');
      const [host = '', port] = (request.url ?? '').split(':');
      const through = connect(Number(port), host === 'api.test' ? '127.0.0.1' : host, () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        through.write(head);
        through.pipe(socket).pipe(through);
      });
      for (const one of [socket, through]) {
        sockets.add(one);
        one.on('error', () => undefined);
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onCleanUp(async () => {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    const { port } = server.address() as AddressInfo;
    return { url: `http://127.0.0.1:${port.toString()}`, port, tunnels };
  }

  test('proxy-url of the kubeconfig, and HTTP_PROXY but for NO_PROXY', async () => {
    const server = await serve((_, response) => {
      json(response, podList(['a']));
    });
    const { url, tunnels } = await proxy();
    const direct = await open({ kubeconfig: kubeconfig(server.url, '{token: t}', `proxy-url: "${url}"`) });
    expect(await direct.collect(PODS, {}, names)).toEqual(['a']);
    expect(await direct.collect(PODS, {}, names)).toEqual(['a']);
    expect(tunnels).toEqual([`127.0.0.1:${server.port.toString()}`]);

    const named = { kubeconfig: kubeconfig(`http://api.test:${server.port.toString()}`) };
    const byEnv = await open(named, { env: { HTTP_PROXY: url, NO_PROXY: '10.0.0.0/8' } });
    expect(await byEnv.collect(PODS, {}, names)).toEqual(['a']);
    expect(tunnels[1]).toBe(`api.test:${server.port.toString()}`);
    const excepted = await open(named, { env: { HTTP_PROXY: url, NO_PROXY: '.test' } });
    expect((await failureOf(excepted.collect(PODS, {}, names))).reason).toBe('unreachable');
  }, 20_000);

  test('one that refuses is named', async () => {
    const refusing = createServer();
    refusing.on('connect', (_, socket: Socket) => socket.end('HTTP/1.1 407 No\r\n\r\n'));
    await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
    onCleanUp(() => void refusing.close());
    const { port } = refusing.address() as AddressInfo;
    const url = `http://me:secret@127.0.0.1:${port.toString()}`;
    const cluster = await open({ kubeconfig: kubeconfig('https://api.test', '{token: t}', `proxy-url: "${url}"`) });
    const error = await failureOf(cluster.collect(PODS, {}, names));
    expect(error.reason).toBe('unreachable');
    expect(error.facts).toContain(`through the proxy http://127.0.0.1:${port.toString()}`);
    expect(error.facts.join()).not.toMatch('secret');
  });

  test('one that never answers ends with the request', async () => {
    const silent = createServer();
    silent.on('connect', (_, socket: Socket) => {
      onCleanUp(() => void socket.destroy());
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    onCleanUp(() => void silent.close());
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port.toString()}`;
    const config = kubeconfig('https://api.test', '{token: t}', `proxy-url: "${url}"`);
    const cluster = await open({ kubeconfig: config, requestTimeoutMs: 300 });
    expect((await failureOf(cluster.collect(PODS, {}, names))).reason).toBe('timeout');
  });
});

test('close ends the kept connections', async () => {
  const server = await serve((_, response) => {
    json(response, podList([]));
  });
  const cluster = await open({ kubeconfig: kubeconfig(server.url) });
  await cluster.collect(PODS, {}, names);
  await cluster.close();
  await new Promise<void>((resolve) => {
    const probe = httpRequest(server.url, { agent: false }, (response) => {
      response.resume().on('end', resolve);
    });
    probe.end();
  });
});
