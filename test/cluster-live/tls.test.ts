import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { PODS } from '../../src/cluster/resources.js';
import { cleanUp, failureOf, json, kubeconfig, open, podList, serve, type FakeServer } from './helpers.js';

let folder = '';
const names = (object: { metadata: { name?: string } }): string | undefined => object.metadata.name;
const openssl = (...args: string[]): void => {
  execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
};
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ipamctl-tls-'));
  const subject = ['-nodes', '-newkey', 'rsa:2048'];
  openssl('req', '-x509', ...subject, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '2', '-subj', '/CN=test-ca');
  openssl(
    'req',
    '-x509',
    ...subject,
    '-keyout',
    'self.key',
    '-out',
    'self.crt',
    '-days',
    '2',
    '-subj',
    '/CN=127.0.0.1',
    '-addext',
    'subjectAltName=IP:127.0.0.1',
  );
  for (const [name, san] of [
    ['good', 'IP:127.0.0.1'],
    ['named', 'DNS:api.inner'],
    ['old', 'IP:127.0.0.1'],
    ['client', 'DNS:me'],
  ] as const) {
    openssl(
      'req',
      '-new',
      ...subject,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
      '-subj',
      `/CN=${name}`,
      '-addext',
      `subjectAltName=${san}`,
    );
    const days = name === 'old' ? '-1' : '2';
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      'ca.crt',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-out',
      `${name}.crt`,
      '-days',
      days,
      '-copy_extensions',
      'copy',
    );
  }
}, 60_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
afterEach(cleanUp);

function serveWith(name: string, more: object = {}): Promise<FakeServer> {
  return serve(
    (request, response) => {
      const peer: Partial<PeerCertificate> = (request.socket as TLSSocket).getPeerCertificate();
      json(response, podList([String(peer.subject?.CN ?? 'nobody')]));
    },
    { key: read(`${name}.key`), cert: read(`${name}.crt`), ...more },
  );
}
const base64 = (name: string): string => Buffer.from(read(name)).toString('base64');
const trusting = (): string => `certificate-authority-data: ${base64('ca.crt')}`;

describe('certificates', () => {
  test('of a trusted authority, by data and by file; connections are kept', async () => {
    const server = await serveWith('good');
    const cluster = await open({ kubeconfig: kubeconfig(server.url, '{token: t}', trusting()) });
    await cluster.collect(PODS, {}, names);
    expect(await cluster.collect(PODS, {}, names)).toEqual(['nobody']);
    expect(server.connections).toBe(1);
    const byFlag = await open({ kubeconfig: kubeconfig(server.url), certificateAuthority: join(folder, 'ca.crt') });
    expect(await byFlag.collect(PODS, {}, names)).toEqual(['nobody']);
  });

  test.each([
    ['good', '', /signed by an authority that is not trusted/, /--certificate-authority FILE/],
    ['self', '', /self-signed/, /--certificate-authority FILE/],
    ['named', 'ca', /for other names \(ERR_TLS_CERT_ALTNAME_INVALID\)/, /--tls-server-name/],
    ['old', 'ca', /has expired/, /renew/],
  ])('%s, trusting "%s"', async (name, trust, message, hint) => {
    const server = await serveWith(name);
    const cluster = await open({ kubeconfig: kubeconfig(server.url, '{token: t}', trust === '' ? '' : trusting()) });
    const error = await failureOf(cluster.collect(PODS, {}, names));
    expect(error.reason).toBe('certificate');
    expect(error.message).toMatch(message);
    expect(error.hints.join()).toMatch(hint);
    expect(error.hints.join()).not.toMatch('insecure');
    expect(server.seen).toHaveLength(0);
  });

  test('--tls-server-name and --insecure-skip-tls-verify', async () => {
    const server = await serveWith('named');
    const file = kubeconfig(server.url, '{token: t}', trusting());
    expect(await (await open({ kubeconfig: file, tlsServerName: 'api.inner' })).collect(PODS, {}, names)).toEqual([
      'nobody',
    ]);
    expect(await (await open({ kubeconfig: file, insecureSkipTlsVerify: true })).collect(PODS, {}, names)).toEqual([
      'nobody',
    ]);
  });

  test('of the client', async () => {
    const server = await serveWith('good', { ca: read('ca.crt'), requestCert: true });
    const user = `{client-certificate: ${join(folder, 'client.crt')}, client-key-data: ${base64('client.key')}}`;
    const cluster = await open({ kubeconfig: kubeconfig(server.url, user, trusting()) });
    expect(await cluster.collect(PODS, {}, names)).toEqual(['client']);
  });

  test('of the client, refused while shaking hands', async () => {
    const server = await serveWith('good', { ca: read('ca.crt'), requestCert: true, rejectUnauthorized: true });
    const user = `{client-certificate-data: ${base64('self.crt')}, client-key-data: ${base64('self.key')}}`;
    const cluster = await open({ kubeconfig: kubeconfig(server.url, user, trusting()) });
    expect((await failureOf(cluster.collect(PODS, {}, names))).reason).toMatch(/unauthorized|server-error/);
  }, 15_000);

  test('that cannot be read or used', async () => {
    const server = await serveWith('good');
    const gone = await open({
      kubeconfig: kubeconfig(server.url, '{client-certificate: /nonexistent/x, client-key: /y}'),
    });
    const error = await failureOf(gone.collect(PODS, {}, names));
    expect(error.reason).toBe('bad-kubeconfig');
    expect(error.message).toMatch('cannot read /nonexistent/x (ENOENT)');
    const junk = await open({
      kubeconfig: kubeconfig(server.url, '{client-certificate-data: eA==, client-key-data: eA==}'),
    });
    expect((await failureOf(junk.collect(PODS, {}, names))).reason).toBe('bad-kubeconfig');
  });

  test('http and https mixed up', async () => {
    const plain = await serve((_, response) => {
      json(response, podList([]));
    });
    const wrong = await open({ kubeconfig: kubeconfig(plain.url.replace('http:', 'https:')) });
    const error = await failureOf(wrong.collect(PODS, {}, names));
    expect(error.reason).toBe('unreachable');
    expect(error.message).toMatch('does not speak TLS');
  });
});
