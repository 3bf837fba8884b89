import { BlockList, isIP } from 'node:net';

/**
 * The proxy that the environment names for a server, by the rules of Go's `httpproxy` that kubectl follows:
 * `HTTPS_PROXY` or `HTTP_PROXY` (or lower case) by the server's scheme, `NO_PROXY` for hosts, domains, addresses,
 * CIDR ranges and `*`, each with an optional port; never for this machine itself.
 */
export function proxyFor(server: string, env: Readonly<Record<string, string | undefined>>): string | undefined {
  const url = new URL(server);
  const name = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const proxy = env[name] || env[name.toLowerCase()];
  if (!proxy) return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  if (isThisMachine(host) || isExcepted(host, port, env['NO_PROXY'] || env['no_proxy'] || '')) return undefined;
  return /^[a-z0-9]+:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function isExcepted(host: string, port: string, list: string): boolean {
  return list
    .split(',')
    .map((item) => item.trim().toLowerCase())
    .filter((item) => item !== '')
    .some((item) => item === '*' || isRange(item, host) || isHost(item, host, port));
}

function isRange(item: string, host: string): boolean {
  const slash = item.lastIndexOf('/');
  const version = isIP(host);
  if (slash < 0 || version === 0) return false;
  const address = item.slice(0, slash);
  const length = Number(item.slice(slash + 1));
  if (isIP(address) !== version || !Number.isInteger(length) || length < 0 || length > (version === 4 ? 32 : 128)) {
    return false;
  }
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const ranges = new BlockList();
  ranges.addSubnet(address, length, family);
  return ranges.check(host, family);
}

function isHost(item: string, host: string, port: string): boolean {
  const withPort = /^(\[[^\]]+\]|[^:]+):(\d+)$/.exec(item);
  if (withPort?.[2] !== undefined && withPort[2] !== port) return false;
  const name = (withPort?.[1] ?? item).replace(/^\[|\]$/g, '');
  if (isIP(name) !== 0 || isIP(host) !== 0) return name === host;
  // `.example.org` and `*.example.org`: only what is below it; `example.org`: itself too.
  const domain = name.replace(/^\*?\./, '');
  return host.endsWith(`.${domain}`) || (domain === name && host === name);
}
