import { describe, expect, test } from '@jest/globals';
import { headersWithoutSecrets, urlWithoutSecrets, withoutThese } from '../../src/cluster/live/secrets.js';
import { argvWithoutSecrets, withoutSecrets } from '../../src/secrets.js';

describe('headers', () => {
  test.each([
    ['Authorization', 'Bearer abc'],
    ['Proxy-Authorization', 'Basic abc'],
    ['Cookie', 'session=abc'],
    ['set-cookie', 'abc'],
    ['X-Auth-Request-Access-Token', 'abc'],
    ['X-Api-Key', 'abc'],
    ['x-amz-security-token', 'abc'],
    ['Ssl-Client-Cert', 'abc'],
    ['Impersonate-Uid', 'abc'],
    ['Impersonate-Extra-Scopes', 'abc'],
  ])('%s is named and kept back', (name, value) => {
    expect(headersWithoutSecrets({ [name]: value })).toEqual([`${name}: ***`]);
  });

  test.each([
    ['Impersonate-User', 'admin', 'admin'],
    ['Accept', 'application/json', 'application/json'],
    ['audit-id', '7-3', '7-3'],
    ['www-authenticate', 'Bearer realm="k8s"', 'Bearer realm="k8s"'],
    ['location', 'https://login.example.com/?access_token=abc', 'https://login.example.com/?…'],
    ['x-said', 'a\u001b[31m, password: abc', 'a\\u001b[31m, password: ***'],
  ])('%s: %s', (name, value, told) => {
    expect(headersWithoutSecrets({ [name]: value })).toEqual([`${name}: ${told}`]);
  });
});

test('URLs have neither user nor secret query', () => {
  expect(urlWithoutSecrets('https://u:p@host:6443/api?limit=5&access_token=abc')).toBe(
    'https://host:6443/api?limit=5&access_token=***',
  );
  expect(urlWithoutSecrets('socks5://u:p@host:1')).toBe('socks5://host:1');
});

test.each([
  ['id_token=abc, and more', 'id_token=***, and more'],
  ['{"id_token": "abc", "x": 1}', '{"id_token": "***", "x": 1}'],
  ['the bearer token has expired', 'the bearer token has expired'],
  ['Authorization: Bearer abc.', 'Authorization: Bearer ***'],
  ['sha256~abc-def is no token', '*** is no token'],
])('a text: %s', (text, told) => {
  expect(withoutSecrets(text)).toBe(told);
});

test('a command line of a plugin', () => {
  expect(
    argvWithoutSecrets(['kubelogin', 'get-token', '--client-secret', 'abc', '--x-token=abc', '--login', 'spn']),
  ).toEqual(['kubelogin', 'get-token', '--client-secret', '***', '--x-token=***', '--login', 'spn']);
});

test('known secrets go wherever they stand, an empty one is none', () => {
  expect(withoutThese('a-abc-abc', ['', 'abc'])).toBe('a-***-***');
});
