import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { PODS } from '../../src/cluster/resources.js';
import { cleanUp, failureOf, json, kubeconfig, open, podList, serve, tempFolder } from './helpers.js';

afterEach(cleanUp);

const token = (exp: number, more = ''): string =>
  `h.${Buffer.from(JSON.stringify({ exp, more })).toString('base64url')}.s`;
const names = (object: { metadata: { name?: string } }): string | undefined => object.metadata.name;
const soon = Math.floor(Date.now() / 1000) + 600;

async function issuer() {
  const folder = tempFolder();
  const args = ['req', '-x509', '-nodes', '-newkey', 'rsa:2048', '-keyout', 'key', '-out', 'crt', '-days', '2'];
  execFileSync('openssl', [...args, '-subj', '/CN=issuer', '-addext', 'subjectAltName=IP:127.0.0.1'], {
    cwd: folder,
    stdio: 'pipe',
  });
  const forms: string[] = [];
  const server = await serve(
    (request, response) => {
      if (request.url === '/realm/.well-known/openid-configuration') {
        json(response, { token_endpoint: `${server.url}/token` });
        return;
      }
      let form = '';
      request.on('data', (chunk: Buffer) => (form += chunk.toString()));
      request.on('end', () => {
        forms.push(form);
        if (form.includes('refresh_token=good'))
          json(response, { id_token: token(soon, 'new'), refresh_token: 'next' });
        else json(response, { error: 'invalid_grant', error_description: 'Session not active' }, 400);
      });
    },
    { key: readFileSync(join(folder, 'key')), cert: readFileSync(join(folder, 'crt')) },
  );
  const user = (idToken: string, refresh: string): string =>
    `{auth-provider: {name: oidc, config: {client-id: cli, client-secret: s, id-token: ${idToken}, refresh-token: ${refresh}, ` +
    `idp-issuer-url: "${server.url}/realm/", idp-certificate-authority: ${join(folder, 'crt')}}}}`;
  return { forms, user };
}

test('a good token is used as it is, an expired one is refreshed once', async () => {
  const { forms, user } = await issuer();
  const api = await serve((_, response) => {
    json(response, podList([]));
  });
  await (await open({ kubeconfig: kubeconfig(api.url, user(token(soon), 'good')) })).collect(PODS, {}, names);
  expect(api.seen[0]?.headers.authorization).toBe(`Bearer ${token(soon)}`);
  expect(forms).toEqual([]);

  const cluster = await open({ kubeconfig: kubeconfig(api.url, user(token(1), 'good')) });
  await cluster.collect(PODS, {}, names);
  await cluster.collect(PODS, {}, names);
  expect(api.seen[2]?.headers.authorization).toBe(`Bearer ${token(soon, 'new')}`);
  expect(forms).toEqual(['grant_type=refresh_token&refresh_token=good&client_id=cli&client_secret=s']);
});

test('an issuer that says no', async () => {
  const { user } = await issuer();
  const cluster = await open({ kubeconfig: kubeconfig('http://127.0.0.1:1', user(token(1), 'bad')) });
  const error = await failureOf(cluster.collect(PODS, {}, names));
  expect(error.reason).toBe('unauthorized');
  expect(error.facts.join()).toMatch('answered 400 Session not active');
});
