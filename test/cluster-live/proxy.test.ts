import { describe, expect, test } from '@jest/globals';
import { proxyFor } from '../../src/cluster/live/proxy.js';

describe('the proxy of the environment', () => {
  const proxied = { HTTPS_PROXY: 'p:3128', http_proxy: 'http://q' };

  test('by scheme, either case, a bare host is http', () => {
    expect(proxyFor('https://api:6443', proxied)).toBe('http://p:3128');
    expect(proxyFor('http://api', proxied)).toBe('http://q');
    expect(proxyFor('https://api', {})).toBeUndefined();
  });

  test.each(['https://localhost:6443', 'https://127.0.0.5', 'https://[::1]:6443'])('never for %s', (server) => {
    expect(proxyFor(server, proxied)).toBeUndefined();
  });

  test.each([
    ['https://api.example.org:6443', 'example.org', true],
    ['https://example.org', 'example.org', true],
    ['https://example.org', '.example.org', false],
    ['https://a.example.org', '*.example.org', true],
    ['https://notexample.org', 'example.org', false],
    ['https://API.Example.org', 'x, api.example.ORG', true],
    ['https://api:6443', 'api:6443', true],
    ['https://api:6443', 'api:443', false],
    ['https://api', 'api:443', true],
    ['https://10.1.2.3:6443', '10.1.0.0/16', true],
    ['https://10.2.2.3:6443', '10.1.0.0/16', false],
    ['https://10.1.2.3', '10.1.2.3', true],
    ['https://10.1.2.3', '2.3', false],
    ['https://10.1.2.3', '10.0.0.0/99,fd00::/8', false],
    ['https://[fd00::1]:6443', 'fd00::/8', true],
    ['https://[fd00::1]:6443', '[fd00::1]:6443', true],
    ['https://api', '*', true],
  ])('%s with NO_PROXY=%s', (server, list, excepted) => {
    expect(proxyFor(server, { ...proxied, NO_PROXY: list }) === undefined).toBe(excepted);
  });
});
