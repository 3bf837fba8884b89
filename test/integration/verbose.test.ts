/** `-v` and `-vv` against a real API server: what is told, and that no secret is, whatever goes wrong. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { TestCluster } from '../cluster/cluster.js';
import { createPool } from '../cluster/objects.js';
import { runCli, startCli, type CliResult } from './support/cli.js';
import { viewerRules } from './support/viewer.js';

let cluster: TestCluster;
let kubeconfig: string;
let token: string;
let echo: Server;
let proxy: Server;

/** Secrets of every kind; none may be seen. */
const SECRETS = {
  proxyPassword: 'pr0xyPassw0rd',
  password: 'basicPassw0rd',
  extra: 'scopeOfSecrecy',
  clientSecret: 'cl1entS3cret',
  wrong: 'wrongTokenThatNobodyGave',
  plugin: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJwbHVnaW4ifQ.cGx1Z2lu',
};

type Config = Record<string, Record<string, unknown>[]> & { 'current-context': string };

beforeAll(async () => {
  cluster = await TestCluster.start();
  await createPool(cluster, '10.1.0.0-24', '10.1.0.0/24', {});
  kubeconfig = await cluster.kubeconfigFor('talker', { rules: await viewerRules() });
  const { users } = parse(readFileSync(kubeconfig, 'utf8')) as { users: { user: { token: string } }[] };
  token = users[0]?.user.token ?? '';
  expect(token.length).toBeGreaterThan(100);
  // A gateway that shows whoever it refuses what was asked.
  echo = createHttpServer((request, response) => {
    const status = Number(/^\/(\d+)\//.exec(request.url ?? '')?.[1] ?? 502);
    response.writeHead(status, {
      'content-type': status === 200 ? 'text/html' : 'text/plain',
      'set-cookie': `session=${request.headers.authorization ?? ''}`,
      ...(status === 302 ? { location: `https://login.example.com/?access_token=${token}` } : {}),
    });
    response.end(`${request.method ?? ''} ${request.url ?? ''}\n${JSON.stringify(request.headers)}\n`);
  });
  proxy = createHttpServer();
  proxy.on('connect', (request, socket) => {
    const said = request.headers['proxy-authorization'] ?? '';
    socket.end(`HTTP/1.1 407 Denied ${said}\r\nContent-Length: ${said.length.toString()}\r\n\r\n${said}`);
  });
  await Promise.all([echo, proxy].map((server) => new Promise<void>((done) => server.listen(0, '127.0.0.1', done))));
}, 180_000);

afterAll(async () => {
  await cluster.stop();
  await Promise.all([echo, proxy].map((server) => new Promise((done) => server.close(done))));
});

const portOf = (server: Server): string => (server.address() as AddressInfo).port.toString();

let made = 0;
/** The viewer's kubeconfig with something else in it. */
function changed(change: (parts: { cluster: Record<string, unknown>; user: Record<string, unknown> }) => void): string {
  const config = parse(readFileSync(kubeconfig, 'utf8')) as Config;
  const part = (list: string, field: string): Record<string, unknown> =>
    config[list]?.[0]?.[field] as Record<string, unknown>;
  change({ cluster: part('clusters', 'cluster'), user: part('users', 'user') });
  const file = join(cluster.dir, `kubeconfig-changed-${(made++).toString()}`);
  writeFileSync(file, stringify(config), { mode: 0o600 });
  return file;
}

function plugin(script: string): string {
  const file = join(cluster.dir, `plugin-${(made++).toString()}`);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

function secretsIn({ stdout, stderr }: CliResult): string[] {
  const all = { token, base64: Buffer.from(`u:${SECRETS.password}`).toString('base64'), ...SECRETS };
  return Object.entries(all).flatMap(([name, secret]) => ((stdout + stderr).includes(secret) ? [name] : []));
}

describe('what is told', () => {
  test('-v: method, URL, status, time and bytes of each request', async () => {
    const { code, stderr } = await runCli(['pools', 'ls', '-v'], { kubeconfig });
    expect(code).toBe(0);
    const told = stderr.split('\n').filter((line) => line.startsWith('GET '));
    expect(told.length).toBeGreaterThan(2);
    for (const line of told) expect(line).toMatch(/^GET https:\/\/[\d.:]+\/api\S* \d{3} in \d+ ms, [1-9]\d* bytes$/);
    expect(stderr).not.toMatch(/^[<>] /m);
  });

  test.each([
    [['-vv'], ''],
    [['-v', '-v'], ''],
    [['--verbose', '--verbose'], ''],
    [[], 'ipamctl:*'],
    [[], 'x,ipamctl:headers,ipamctl:requests'],
  ])('%j with DEBUG=%s: headers too, and never Authorization', async (flags, DEBUG) => {
    const run = await runCli(['pools', 'ls', ...flags], { kubeconfig, env: DEBUG === '' ? {} : { DEBUG } });
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(/^GET https:\S+ 200 in \d+ ms, \d+ bytes$/m);
    expect(run.stderr).toMatch(
      /^> GET https:\S+\/ippools\?limit=\d+\n> Authorization: \*\*\*\n> Accept: application\/json/m,
    );
    expect(run.stderr).toMatch(/^> User-Agent: ipamctl\//m);
    expect(run.stderr).toMatch(/^< 200 GET https:\S+\n(< \S+: .*\n)*< audit-id: /m);
    expect(secretsIn(run)).toEqual([]);
  });

  test('DEBUG=ipamctl:requests is -v, and other patterns are nothing', async () => {
    const one = await runCli(['pools', 'ls'], { kubeconfig, env: { DEBUG: 'ipamctl:requests' } });
    expect(one.stderr).toMatch(/^GET https:/m);
    expect(one.stderr).not.toMatch(/^[<>] /m);
    for (const DEBUG of ['1', 'express:*', '-ipamctl:*', 'ipamctl:*,-ipamctl:*']) {
      const none = await runCli(['pools', 'ls'], { kubeconfig, env: { DEBUG } });
      expect([DEBUG, none.stderr]).toEqual([DEBUG, expect.not.stringContaining('GET ')]);
    }
  });

  test('stdout stays the result', async () => {
    const run = await runCli(['pools', 'ls', '-vv', '-o', 'json'], { kubeconfig });
    expect(JSON.parse(run.stdout)).toMatchObject({ kind: 'PoolList' });
  });

  test('a watch is told when it begins', async () => {
    const run = startCli(['pools', 'ls', '-w', '-v', '--timeout', '3s'], { kubeconfig });
    const { stderr } = await run.ended;
    expect(stderr).toMatch(/^GET https:\S+ippools\?watch=true\S* 200, watching$/m);
  });

  test('writes are told too', async () => {
    const run = await runCli(['reconcile', '--now', '--dry-run=server', '-vv'], { kubeconfig: cluster.kubeconfig });
    expect(run.stderr).toMatch(/^(GET|PATCH|POST) https:\S+ \d{3} in/m);
    expect(run.stderr).not.toContain(cluster.access.token ?? 'no token');
  });

  test('retries say why and how long they wait; a request that fails says how', async () => {
    const gateway = changed(({ cluster: at }) => {
      at['server'] = `http://127.0.0.1:${portOf(echo)}/503`;
    });
    const busy = await runCli(['pools', 'ls', '-vv'], { kubeconfig: gateway });
    expect(busy.code).toBe(4);
    expect(busy.stderr).toMatch(/^GET http:\S+: 503, again in \d+ ms$/m);
    expect(secretsIn(busy)).toEqual([]);
    const dead = changed(({ cluster: at }) => {
      at['server'] = 'https://u:nobodySeesThis@127.0.0.1:1';
    });
    const down = await runCli(['pools', 'ls', '-v'], { kubeconfig: dead });
    expect(down.stderr).toMatch(/^GET https:\/\/127\.0\.0\.1:1\/\S+ failed after \d+ ms, 0 bytes: .*ECONNREFUSED/m);
    expect(down.stderr).toMatch(/: ECONNREFUSED, again in \d+ ms$/m);
  });
});

describe('no secret is ever shown at -vv', () => {
  const cases: [string, () => string, number, RegExp][] = [
    [
      'a wrong token',
      () =>
        changed(({ user }) => {
          user['token'] = SECRETS.wrong;
        }),
      4,
      /does not accept the credentials \(401\)/,
    ],
    ...[200, 302, 401, 403, 500].map((status): [string, () => string, number, RegExp] => [
      `a gateway that answers ${status.toString()} and shows the request`,
      () =>
        changed(({ cluster: at }) => {
          at['server'] = `http://127.0.0.1:${portOf(echo)}/${status.toString()}`;
        }),
      4,
      /^Error: /m,
    ]),
    [
      'the same with basic authentication',
      () =>
        changed(({ cluster: at, user }) => {
          delete user['token'];
          Object.assign(user, { username: 'u', password: SECRETS.password });
          at['server'] = `http://127.0.0.1:${portOf(echo)}/403`;
        }),
      4,
      /^Error: /m,
    ],
    [
      'a proxy with a password that refuses',
      () =>
        changed(({ cluster: at }) => {
          at['proxy-url'] = `http://u:${SECRETS.proxyPassword}@127.0.0.1:${portOf(proxy)}`;
        }),
      4,
      /through the proxy http:\/\/127\.0\.0\.1/,
    ],
    [
      'a plugin that gives the token',
      () =>
        changed(({ user }) => {
          delete user['token'];
          const status = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token } };
          user['exec'] = { apiVersion: status.apiVersion, command: plugin(`echo '${JSON.stringify(status)}'`) };
        }),
      0,
      /^> Authorization: \*\*\*$/m,
    ],
    [
      'a plugin that fails, with a secret among its arguments and in what it says',
      () =>
        changed(({ user }) => {
          delete user['token'];
          user['exec'] = {
            apiVersion: 'client.authentication.k8s.io/v1',
            command: plugin(`echo "refused: id_token=${SECRETS.plugin}, Bearer ${token}" >&2; exit 3`),
            args: [
              'get-token',
              '--oidc-client-secret',
              SECRETS.clientSecret,
              `--oidc-client-secret=${SECRETS.clientSecret}`,
            ],
          };
        }),
      4,
      /the credential plugin failed with exit code 3/,
    ],
    [
      'a plugin whose answer is none',
      () =>
        changed(({ user }) => {
          delete user['token'];
          user['exec'] = { apiVersion: 'client.authentication.k8s.io/v1', command: plugin(`echo 'token: ${token}'`) };
        }),
      4,
      /did not print an ExecCredential/,
    ],
    [
      'impersonation with extra values',
      () =>
        changed(({ user }) => {
          Object.assign(user, { as: 'somebody', 'as-user-extra': { scopes: [SECRETS.extra] } });
        }),
      4,
      /^> Impersonate-User: somebody$/m,
    ],
  ];

  test.each(cases)('%s', async (_name, file, code, told) => {
    for (const more of [{}, { DEBUG: 'ipamctl:*' }]) {
      const run = await runCli(['pools', 'ls', '-vv', '-o', 'json'], { kubeconfig: file(), env: more });
      expect([run.code, run.stderr]).toEqual([code, expect.stringMatching(told)]);
      expect(secretsIn(run)).toEqual([]);
      // Whatever class of failure: which context of which file it was.
      if (code !== 0) expect(run.stderr).toMatch(/in context "sandbox" \(\S*kubeconfig-changed-\d+\)/);
    }
  });

  test('a client certificate and its key', async () => {
    const run = await runCli(['pools', 'ls', '-vv'], { kubeconfig: cluster.kubeconfig });
    expect(run.stderr).not.toMatch(/BEGIN (CERTIFICATE|.*KEY)/);
  });
});
