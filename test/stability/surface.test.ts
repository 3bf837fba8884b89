import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { ACCEPTED, differences, surface, type Surface } from '../../scripts/surface.js';

test('commands, flags, exit codes and JSON fields are those that were accepted: else npm run surface, and a line in CHANGELOG', () => {
  const accepted = JSON.parse(readFileSync(ACCEPTED, 'utf8')) as Surface;
  expect(differences(accepted, surface())).toEqual({ breaking: [], added: [] });
  for (const name of ['command pools ls', 'flag reconcile --max-release', 'exit code 5', 'field PoolList items[].name'])
    expect(accepted).toHaveProperty([name]);
});

test('what is gone or other breaks, what is new does not', () => {
  const before = { 'flag a --x': 'boolean', 'flag a --y': 'option', 'command a': '' };
  const after = { 'flag a --x': 'option', 'command a': '', 'command b': '' };
  expect(differences(before, after)).toEqual({
    breaking: ['changed: flag a --x: boolean -> option', 'gone: flag a --y'],
    added: ['command b'],
  });
});
