import { expect, test } from '@jest/globals';
import { asInvoked } from '../../src/cli/invocation.js';

test.each([
  ['Why: ipamctl ips show 192.0.2.1', 'Why: kubectl ipamctl ips show 192.0.2.1'],
  ['Try: kubectl ipamctl pools ls', 'Try: kubectl ipamctl pools ls'],
  ['this is a bug in ipamctl 0.1.0', 'this is a bug in ipamctl 0.1.0'],
  ['wrote /srv/ipamctl state', 'wrote /srv/ipamctl state'],
])('%s', (text, expected) => {
  expect(asInvoked(text, 'kubectl ipamctl')).toBe(expected);
  expect(asInvoked(text, 'ipamctl')).toBe(text);
});
