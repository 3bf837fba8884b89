import { X509Certificate } from 'node:crypto';
import { ClusterFailure, type RequestIdentity } from '../../errors.js';
import { withoutSecrets } from '../../secrets.js';
import { leastRole } from '../roles.js';
import type { Connection } from './connection.js';
import { tokenExpiry } from './oidc.js';
import { errorCode } from './retry.js';
import { NoList } from './split.js';
import { urlWithoutSecrets } from './secrets.js';
import { asRecord, asText, harmless } from './text.js';
import { DamagedBody, RequestTimeout, type Head, type Refusal } from './transport.js';

/** Who asks whom, for a message. */
export interface Asker {
  readonly connection: Connection;
  readonly timeoutMs: number;
}

/** What a refused request was about, in words: `list ippools.whereabouts.cni.cncf.io in namespace a`. */
function doing({ verb, resource, namespace, name }: RequestIdentity): string {
  const what = [verb ?? 'read', resource ?? 'the API'];
  if (name !== undefined) what.push(`"${harmless(name)}"`);
  if (namespace !== undefined) what.push(`in namespace ${harmless(namespace)}`);
  return what.join(' ');
}

/** `as "viewer" in context "prod" (~/.kube/config)` */
function asWhom({ connection }: Asker, named?: string): string {
  const { impersonation, userName } = connection;
  const user = named ?? impersonation.user ?? userName;
  const who = user === '' ? '' : `as "${harmless(user)}" `;
  return `${who}${placeOf(connection)}`;
}

/** `in context "prod" (~/.kube/config)` */
export function placeOf({ name, origin }: Connection): string {
  return `in context "${harmless(name)}" (${origin})`;
}

/** The Status that API servers refuse with; `undefined` where the body is something else. */
export function statusOf(refusal: Refusal): Readonly<Record<string, unknown>> | undefined {
  try {
    const record = asRecord(JSON.parse(refusal.text));
    return record?.['kind'] === 'Status' ? record : undefined;
  } catch {
    return undefined;
  }
}

function said(refusal: Refusal): string | undefined {
  const status = statusOf(refusal);
  if (status !== undefined) return asText(harmless(asText(status['message']) ?? ''));
  return isHtml(refusal, refusal.text) ? undefined : asText(harmless(withoutSecrets(refusal.text), 200));
}

function isHtml({ headers }: Head, text: string): boolean {
  return /\bhtml\b/i.test(headers['content-type'] ?? '') || /^\s*<(!doctype|html)/i.test(text);
}

/** A refusal by the server, in words. A 403 that hides a missing definition is told apart before this. */
export function explainRefusal(
  refusal: Refusal,
  identity: RequestIdentity,
  asker: Asker,
  bearer?: Proofs,
): ClusterFailure {
  const { status } = refusal;
  const request = { ...identity, status };
  const serverSaid = said(refusal);
  const facts = serverSaid === undefined ? [] : [`the server said: ${serverSaid}`];

  if (status === 401) return unauthorized(request, asker, facts, bearer);
  // A proxy's own log-in page may come with any status.
  if ((status >= 300 && status < 400) || (statusOf(refusal) === undefined && isHtml(refusal, refusal.text))) {
    return notKubernetes(request, asker, refusal, refusal.text);
  }
  if (status === 403) {
    const named = /\bUser "([^"]+)"/.exec(asText(statusOf(refusal)?.['message']) ?? '')?.[1];
    const scope = identity.namespace === undefined ? ' at the cluster scope' : '';
    return new ClusterFailure('forbidden', `may not ${doing(identity)}${scope} (403)`, request, {
      facts: [asWhom(asker, named), ...facts],
      hints: [
        ...(named === 'system:anonymous' ? ['the server took us for nobody: log in, or choose --context NAME'] : []),
        `ipamctl rbac --role ${leastRole(identity.verb ?? '', identity.resource ?? '')}     the least role that this needs`,
      ],
    });
  }
  if (status === 404) return notDefined(identity, asker, facts);
  if (status === 400 && /HTTP request to an HTTPS server/i.test(refusal.text)) {
    return new ClusterFailure('unreachable', `${asker.connection.cluster.server} wants https, not http`, request, {
      facts: [asWhom(asker)],
      hints: ['write https:// in the server URL'],
    });
  }
  const retried = status === 429 || status >= 500;
  return new ClusterFailure(
    'server-error',
    `the API server could not ${doing(identity)}: it answered ${status.toString()}${retried ? ' each time' : ''}`,
    request,
    {
      facts: [...facts, asWhom(asker)],
      hints: retried ? ['try again later; kubectl get --raw /readyz?verbose tells what is not ready'] : [],
    },
  );
}

/** The resource has no definition on this server. */
export function notDefined(identity: RequestIdentity, asker: Asker, facts: readonly string[] = []): ClusterFailure {
  return new ClusterFailure(
    'not-defined',
    `the API server does not know ${identity.resource ?? 'this resource'}`,
    { ...identity },
    {
      facts: [...facts.slice(0, 1), asWhom(asker)],
      hints: ['is its CustomResourceDefinition installed in this cluster?'],
    },
  );
}

/** What was shown as proof of who we are, to tell whether it is too old. */
export interface Proofs {
  readonly cert?: string;
  readonly bearer?: string;
}

function unauthorized(
  request: RequestIdentity,
  asker: Asker,
  facts: readonly string[],
  proofs: Proofs = {},
): ClusterFailure {
  const tokenEnd = proofs.bearer === undefined ? undefined : tokenExpiry(proofs.bearer);
  const ends = [
    ...(tokenEnd === undefined ? [] : [['token', tokenEnd] as const]),
    ...certificateEnd(proofs.cert).map((end) => ['client certificate', end] as const),
  ];
  const expired = ends
    .filter(([, end]) => end < Date.now())
    .map(([what, end]) => `the ${what} expired on ${new Date(end).toISOString().replace(/\.\d+Z$/, 'Z')}`);
  const none = proofs.bearer === undefined && proofs.cert === undefined;
  return new ClusterFailure(
    'unauthorized',
    none
      ? 'the API server wants credentials, and there are none (401)'
      : 'the API server does not accept the credentials (401)',
    request,
    {
      facts: [...expired, asWhom(asker), ...facts],
      hints: [
        'log in again, as you did when this kubeconfig was made (oc login, a cloud log-in), or choose --context NAME',
      ],
    },
  );
}

function certificateEnd(pem: string | undefined): number[] {
  if (pem === undefined) return [];
  try {
    return [Date.parse(new X509Certificate(pem).validTo)];
  } catch {
    return [];
  }
}

/** An answer that no API server gives. */
export function notKubernetes(request: RequestIdentity, asker: Asker, head: Head, text: string): ClusterFailure {
  const type = harmless(head.headers['content-type'] ?? 'no content type', 80);
  const title = /<title[^>]*>([^<]*)/i.exec(text)?.[1];
  const page = text.replace(/<(script|style)[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' ');
  const words = harmless(withoutSecrets(title?.trim() ? title : page), 100);
  const location = head.headers.location;
  return new ClusterFailure(
    'not-kubernetes',
    `${asker.connection.cluster.server} does not answer like a Kubernetes API server`,
    { ...request, status: head.status },
    {
      facts: [
        `${head.status.toString()}, ${type}${words === '' ? '' : `: "${words}"`}`,
        ...(location === undefined ? [] : [`it points to ${harmless(location.replace(/[?#].*$/, '?…'), 120)}`]),
        asWhom(asker),
      ],
      hints: [
        'a proxy or a log-in page may stand in between: check the server URL, proxy-url, HTTPS_PROXY and NO_PROXY',
      ],
    },
  );
}

const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ENOTFOUND: 'its name has no address',
  EAI_AGAIN: 'its name could not be looked up',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
  EHOSTDOWN: 'that host is down',
  ETIMEDOUT: 'nothing answers there',
  EADDRNOTAVAIL: 'that address cannot be used from here',
};

const CERTIFICATE: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed, and not the trusted authority',
  SELF_SIGNED_CERT_IN_CHAIN: 'its chain ends in an authority that is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'it is signed by an authority that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT: 'it is signed by an authority that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'it is signed by an authority that is not trusted',
  CERT_UNTRUSTED: 'it is not trusted',
  CERT_REJECTED: 'it is rejected',
  CERT_REVOKED: 'it is revoked',
  CERT_SIGNATURE_FAILURE: 'its signature is wrong: the authority in use has the right name and another key',
  INVALID_CA: 'its authority is none',
  INVALID_PURPOSE: 'it is not meant for servers',
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet: check the clocks',
};

/**
 * What broke a request on its way, in words.
 *
 * @param tries how often it was tried.
 */
export function explainError(error: unknown, identity: RequestIdentity, asker: Asker, tries: number): unknown {
  if (error instanceof ClusterFailure) return error;
  const { server, proxyUrl } = asker.connection.cluster;
  const via = proxyUrl === undefined ? [] : [`through the proxy ${harmless(urlWithoutSecrets(proxyUrl))}`];
  const fail = (
    reason:
      'timeout' | 'unreachable' | 'certificate' | 'unauthorized' | 'not-kubernetes' | 'server-error' | 'bad-kubeconfig',
    message: string,
    facts: readonly string[],
    hints: readonly string[],
  ): ClusterFailure =>
    new ClusterFailure(reason, message, identity, { facts: [...facts, ...via, asWhom(asker)], hints, cause: error });

  if (error instanceof RequestTimeout) {
    const seconds = `${(asker.timeoutMs / 1000).toString()} s`;
    return fail(
      'timeout',
      `no complete answer from ${server} within ${seconds}`,
      [`while it had to ${doing(identity)}`],
      ['give it more time: --request-timeout 5m (0: no limit)'],
    );
  }
  if (error instanceof NoList || error instanceof DamagedBody) {
    const times = tries > 1 ? `, ${tries.toString()} times` : '';
    return fail(
      'not-kubernetes',
      `${server} does not answer like a Kubernetes API server`,
      [`asked to ${doing(identity)}${times}: ${error.message}`],
      ['a proxy may stand in between: check the server URL, proxy-url, HTTPS_PROXY and NO_PROXY'],
    );
  }
  const code = errorCode(error);
  const message = harmless(withoutSecrets(error instanceof Error ? error.message : String(error)), 200);
  if (code !== undefined && code in UNREACHABLE) {
    const { address, port, hostname } = error as { address?: string; port?: number; hostname?: string };
    const place =
      address === undefined ? hostname : `${address}${port === undefined ? '' : ` port ${port.toString()}`}`;
    return fail(
      'unreachable',
      `cannot reach the API server ${server}: ${UNREACHABLE[code] ?? ''} (${code})`,
      [...(place === undefined ? [] : [`tried ${harmless(place)}`])],
      ['is the cluster running, is a VPN or a proxy needed, is this the right context (--context NAME)?'],
    );
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || (code !== undefined && code in CERTIFICATE)) {
    const why = code in CERTIFICATE ? (CERTIFICATE[code] ?? '') : 'it is for other names';
    const names =
      code in CERTIFICATE
        ? []
        : [harmless(message.replace(/^Hostname\/IP does not match certificate's altnames: /, ''), 300)];
    return fail('certificate', `the certificate of ${server} cannot be trusted: ${why} (${code})`, names, [
      ...(code === 'ERR_TLS_CERT_ALTNAME_INVALID'
        ? ['name the server as its certificate does: --tls-server-name NAME, or another --server']
        : code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID'
          ? ["renew the server's certificate, and check the clock of this machine"]
          : [
              'name the authority that signed it: --certificate-authority FILE, or certificate-authority in the kubeconfig',
            ]),
    ]);
  }
  if (
    code !== undefined &&
    /ALERT_(BAD_CERTIFICATE|CERTIFICATE_|UNKNOWN_CA|UNSUPPORTED_CERT|ACCESS_DENIED)/.test(code)
  ) {
    return fail(
      'unauthorized',
      `the API server does not accept the client certificate (${code})`,
      [],
      ['log in again, as you did when this kubeconfig was made'],
    );
  }
  if (code === 'EPROTO' || code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code?.startsWith('HPE_') === true) {
    const other = server.startsWith('https:')
      ? 'what answers there does not speak TLS'
      : 'what answers there does not speak HTTP';
    return fail(
      'unreachable',
      `cannot talk to ${server}: ${other} (${code})`,
      [message],
      ['check scheme and port of the server URL'],
    );
  }
  if (code !== undefined && /^ERR_(OSSL|SSL|TLS|CRYPTO)_/.test(code)) {
    return fail(
      'bad-kubeconfig',
      `the TLS settings of the kubeconfig cannot be used (${code})`,
      [message],
      ['check certificate-authority, client-certificate and client-key'],
    );
  }
  if (code === 'ERR_INVALID_CHAR' || code === 'ERR_INVALID_HTTP_TOKEN') {
    return fail(
      'bad-kubeconfig',
      'the credentials of the kubeconfig hold characters that cannot be sent',
      [message],
      ['look for line feeds or other strange characters in its token, or in --token, --as and --as-group'],
    );
  }
  if (proxyUrl !== undefined && /^(Bad response: \d+|Proxy timeout)|socks/i.test(message)) {
    return fail(
      'unreachable',
      `cannot reach the API server ${server}: the proxy did not let us through`,
      [message],
      ['check proxy-url in the kubeconfig, HTTPS_PROXY and NO_PROXY'],
    );
  }
  if (code !== undefined) {
    const times = tries > 1 ? ` ${tries.toString()} times` : '';
    return fail(
      'server-error',
      `the connection to ${server} was lost${times} (${code})`,
      [message, `while it had to ${doing(identity)}`],
      ['try again; if it stays so, look at what stands between here and the API server'],
    );
  }
  // Not an error of the way: a bug of ours, or the caller's own.
  return error;
}
