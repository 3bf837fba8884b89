import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { ClusterFailure } from '../../errors.js';
import { asRecord, asText, harmless } from './text.js';

/** Seconds before its end from which a token counts as expired, as in client-go. */
const LEEWAY_S = 10;
const TIMEOUT_MS = 30_000;

/** When a JSON Web Token ends, in milliseconds since the epoch; `undefined` where it does not tell. */
export function tokenExpiry(token: string): number | undefined {
  const payload = token.split('.')[1];
  if (payload === undefined) return undefined;
  try {
    const exp = asRecord(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')))?.['exp'];
    return typeof exp === 'number' ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}

/** Tokens of an `oidc` auth-provider, the newest ones. */
export interface OidcTokens {
  readonly idToken: string;
  readonly refreshToken?: string;
}

/**
 * The id token of a kubeconfig's `oidc` auth-provider, refreshed at its issuer when it has expired or `force` says
 * so. client-node 1.4.0 cannot do that: it hands its OpenID library a string where that takes only a URL.
 *
 * @throws ClusterFailure `unauthorized` when the issuer gives no new token.
 */
export async function oidcToken(
  config: Readonly<Record<string, string>>,
  known: OidcTokens | undefined,
  force: boolean,
): Promise<OidcTokens> {
  const idToken = known?.idToken ?? config['id-token'] ?? '';
  const refreshToken = known?.refreshToken ?? config['refresh-token'];
  const expiry = tokenExpiry(idToken);
  const good = idToken !== '' && (expiry === undefined || expiry > Date.now() + LEEWAY_S * 1000);
  if (good && !force) return { idToken };
  const issuer = config['idp-issuer-url'];
  const clientId = config['client-id'];
  if (!refreshToken || !issuer || !clientId) {
    if (force && idToken !== '') return { idToken };
    throw noToken('there is no refresh token in the kubeconfig');
  }
  const caData = config['idp-certificate-authority-data'];
  const caFile = config['idp-certificate-authority'];
  const ca = caData ? Buffer.from(caData, 'base64') : caFile ? readFileSync(caFile) : undefined;
  const discovery = await fetchJson(`${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`, ca);
  const endpoint = asText(discovery['token_endpoint']);
  if (endpoint === undefined) throw noToken(`${harmless(issuer)} names no token endpoint`);
  const secret = config['client-secret'];
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    client_id: clientId,
    ...(secret ? { client_secret: secret } : {}),
  });
  const answer = await fetchJson(endpoint, ca, form.toString());
  const fresh = asText(answer['id_token']);
  if (fresh === undefined) throw noToken(`${harmless(issuer)} gave no id_token`);
  return { idToken: fresh, refreshToken: asText(answer['refresh_token']) ?? refreshToken };
}

function noToken(why: string, cause?: unknown): ClusterFailure {
  return new ClusterFailure(
    'unauthorized',
    'the OpenID Connect token has expired and could not be refreshed',
    {},
    { facts: [why], hints: ['log in again, as you did when this kubeconfig was made'], cause },
  );
}

function fetchJson(url: string, ca: Buffer | undefined, form?: string): Promise<Readonly<Record<string, unknown>>> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        method: form === undefined ? 'GET' : 'POST',
        headers: {
          accept: 'application/json',
          ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        },
        ...(ca === undefined ? {} : { ca }),
        agent: false,
        timeout: TIMEOUT_MS,
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('error', (error) => {
          reject(noToken(`${harmless(url)}: ${harmless(error.message)}`, error));
        });
        response.on('end', () => {
          let record: Readonly<Record<string, unknown>> | undefined;
          try {
            record = asRecord(JSON.parse(text));
          } catch {
            record = undefined;
          }
          if (response.statusCode === 200 && record !== undefined) resolve(record);
          else {
            const said = asText(record?.['error_description']) ?? asText(record?.['error']) ?? '';
            reject(noToken(`${harmless(url)} answered ${String(response.statusCode)} ${harmless(said)}`.trim()));
          }
        });
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer in ${(TIMEOUT_MS / 1000).toString()} s`)));
    outgoing.on('error', (error) => {
      reject(noToken(`${harmless(url)}: ${harmless(error.message)}`, error));
    });
    outgoing.end(form);
  });
}
