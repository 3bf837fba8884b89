import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { resolveConnection } from '../../src/cluster/live/connection.js';
import type { ConnectionOptions } from '../../src/cluster/options.js';
import { ClusterFailure, UsageFailure } from '../../src/errors.js';
import { cleanUp, tempFolder } from './helpers.js';

afterEach(cleanUp);

function write(folder: string, name: string, text: string): string {
  const file = join(folder, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  return file;
}

function resolveWith(options: ConnectionOptions, env: Record<string, string> = {}, home?: string) {
  return resolveConnection(options, { env, home, serviceAccountFolder: env['SA'] ?? '/nonexistent' });
}

function failure(run: () => unknown): ClusterFailure {
  try {
    run();
  } catch (error) {
    if (error instanceof ClusterFailure) return error;
    throw error;
  }
  throw new Error('no failure');
}

const ONE = `
current-context: a
contexts:
- {name: a, context: {cluster: c, user: u, namespace: nets}}
- {name: b, context: {cluster: c2, user: u}}
clusters:
- name: c
  cluster: {server: "https://one:6443/", certificate-authority: pki/ca.crt, tls-server-name: inner}
- {name: c2, cluster: {server: "https://two:6443", insecure-skip-tls-verify: true}}
users:
- name: u
  user: {client-certificate: pki/me.crt, client-key-data: a2V5, token: 0123, as: boss, as-groups: [x, y], as-uid: "7", as-user-extra: {why: [z]}}
`;
const TWO = `
current-context: z
contexts: [{name: a, context: {cluster: other, user: other}}, {name: z, context: {cluster: c3, user: u}}]
clusters: [{name: c, cluster: {server: "https://shadowed:6443"}}, {name: c3, cluster: {server: "https://three:6443"}}]
users: null
`;

describe('which kubeconfig', () => {
  test('~/.kube/config, with paths that count from it and all texts as written', () => {
    const home = tempFolder();
    write(home, '.kube/config', ONE);
    expect(resolveWith({}, {}, home)).toEqual({
      name: 'a',
      namespace: 'nets',
      userName: 'u',
      origin: '~/.kube/config',
      cluster: {
        server: 'https://one:6443',
        caFile: join(home, '.kube/pki/ca.crt'),
        tlsServerName: 'inner',
        skipTlsVerify: false,
      },
      user: { certFile: join(home, '.kube/pki/me.crt'), keyData: 'a2V5', token: '0123' },
      impersonation: { user: 'boss', groups: ['x', 'y'], uid: '7', extra: { why: ['z'] } },
    });
  });

  test('the files of KUBECONFIG merge: the first to name something wins, missing ones are passed over', () => {
    const folder = tempFolder();
    const list = [join(folder, 'gone'), write(folder, '1', ONE), write(folder, '2', TWO)].join(delimiter);
    const merged = resolveWith({}, { KUBECONFIG: list }, tempFolder());
    expect(merged.cluster.server).toBe('https://one:6443');
    expect(merged.userName).toBe('u');
    expect(resolveWith({ context: 'z' }, { KUBECONFIG: list }).cluster.server).toBe('https://three:6443');
  });

  test('--kubeconfig stands alone and must be there', () => {
    const folder = tempFolder();
    const env = { KUBECONFIG: write(folder, '1', ONE) };
    const other = write(folder, '2', TWO.replace('users: null', 'users: [{name: u}]'));
    expect(resolveWith({ kubeconfig: other }, env)).toMatchObject({ name: 'z', user: {} });
  });

  test('none: both ways on are named', () => {
    const error = failure(() => resolveWith({}, {}, tempFolder()));
    expect(error.reason).toBe('no-kubeconfig');
    expect(error.hints.join('\n')).toMatch(/--kubeconfig FILE[\s\S]*--from PATH/);
    expect(failure(() => resolveWith({}, { KUBECONFIG: '/nonexistent/x' })).facts.join()).toMatch('/nonexistent/x');
  });

  test('in a pod: its service account, and flags over it', () => {
    const folder = tempFolder();
    write(folder, 'token', 't\n');
    write(folder, 'ca.crt', 'x');
    write(folder, 'namespace', 'openshift-multus');
    const env = { SA: folder, KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
    const connection = resolveWith({ as: 'x' }, env);
    expect(connection.cluster).toEqual({
      server: 'https://[fd00::1]:443',
      caFile: join(folder, 'ca.crt'),
      skipTlsVerify: false,
    });
    expect(connection).toMatchObject({
      name: 'in-cluster',
      namespace: 'openshift-multus',
      user: { tokenFile: join(folder, 'token') },
      impersonation: { user: 'x' },
    });
  });

  test('--server and --token do without any', () => {
    expect(resolveWith({ server: 'https://x:1/', token: 't' })).toMatchObject({
      cluster: { server: 'https://x:1' },
      user: { token: 't' },
    });
  });
});

describe('flags over the kubeconfig', () => {
  const folder = (): string => write(tempFolder(), 'config', ONE);

  test('--context, --cluster and --user choose entries', () => {
    expect(resolveWith({ kubeconfig: folder(), context: 'b' })).toMatchObject({
      namespace: 'default',
      cluster: { server: 'https://two:6443', skipTlsVerify: true },
    });
    expect(resolveWith({ kubeconfig: folder(), cluster: 'c2' }).cluster.server).toBe('https://two:6443');
  });

  test('--server drops the TLS name of the server it replaces, --tls-server-name sets another', () => {
    const { cluster } = resolveWith({ kubeconfig: folder(), server: 'https://x' });
    expect(cluster).not.toHaveProperty('tlsServerName');
    expect(resolveWith({ kubeconfig: folder(), tlsServerName: 'n' }).cluster.tlsServerName).toBe('n');
  });

  test('--insecure-skip-tls-verify drops the authority; --certificate-authority turns checking on', () => {
    const skipped = resolveWith({ kubeconfig: folder(), insecureSkipTlsVerify: true }).cluster;
    expect(skipped).toEqual({ server: 'https://one:6443', skipTlsVerify: true, tlsServerName: 'inner' });
    const checked = resolveWith({ kubeconfig: folder(), context: 'b', certificateAuthority: '/ca' }).cluster;
    expect(checked).toMatchObject({ caFile: '/ca', skipTlsVerify: false });
  });

  test('--token stands for all but a client certificate', () => {
    const exec = write(
      tempFolder(),
      'config',
      ONE.replace('token: 0123', 'exec: {command: ./bin/x, args: null}, username: u, password: p'),
    );
    expect(resolveWith({ kubeconfig: exec }).user.exec?.command).toBe(join(exec, '../bin/x'));
    const { user } = resolveWith({ kubeconfig: exec, token: 't' });
    expect(user).toEqual({ certFile: expect.any(String), keyData: 'a2V5', token: 't' });
  });

  test('--as, --as-group and --as-uid; groups need somebody', () => {
    expect(resolveWith({ kubeconfig: folder(), as: 'me', asGroups: ['g'], asUid: '9' }).impersonation).toEqual({
      user: 'me',
      groups: ['g'],
      uid: '9',
      extra: { why: ['z'] },
    });
    expect(() => resolveWith({ kubeconfig: folder(), asGroups: ['g'] })).toThrow(UsageFailure);
  });
});

describe('what is wrong with a kubeconfig', () => {
  test.each([
    ['a: [', /:\d+:\d+ is not YAML/, /./],
    ['kind: Pod\nmetadata: {}', /is no kubeconfig/, /"kind", "metadata"/],
    [ONE.replace('current-context: a', 'current-context: nope'), /no context "nope"/, /contexts "a", "b"/],
    [ONE.replace('current-context: a', ''), /has no current context/, /contexts "a", "b"/],
    [ONE.replace('cluster: c,', 'cluster: lost,'), /no cluster "lost"/, /clusters "c", "c2"/],
    [ONE.replace('user: u, namespace', 'user: lost, namespace'), /no user "lost"/, /users "u"/],
    [ONE.replace('https://one:6443/', 'one:6443'), /"one:6443" is no URL/, /config/],
    [ONE.replace('as: boss,', ''), /but no as/, /config/],
    [ONE.replace('name: c2,', 'name: c,'), /two clusters named "c"/, /^/],
  ])('%#', (text, message, facts) => {
    const file = write(tempFolder(), 'config', text);
    const error = failure(() => resolveWith({ kubeconfig: file }));
    expect(error.reason).toBe('bad-kubeconfig');
    expect(error.message).toMatch(message);
    expect(error.facts.join('\n')).toMatch(facts);
  });

  test('a file that is not there, by flag', () => {
    const error = failure(() => resolveWith({ kubeconfig: '/nonexistent/k' }));
    expect(error.reason).toBe('bad-kubeconfig');
    expect(error.message).toBe('cannot read kubeconfig /nonexistent/k: there is no such file');
  });

  test('its secrets stay out of the message', () => {
    const file = write(tempFolder(), 'config', 'users:\n- {name: u, user: {token: hunter2\n');
    const error = failure(() => resolveWith({ kubeconfig: file }));
    expect([error.message, ...error.facts].join()).not.toMatch('hunter2');
  });
});
