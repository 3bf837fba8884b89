import { describe, expect, test } from '@jest/globals';
import { NO_CONFIG, readNad } from '../../src/nad/nad.js';

const nad = (config: unknown): ReturnType<typeof readNad> =>
  readNad({
    metadata: { namespace: 'ns', name: 'nad', uid: 'u' },
    spec: { config: typeof config === 'object' ? JSON.stringify(config) : config },
  });
const ipam = { type: 'whereabouts', range: '10.0.0.0/24' };

describe('readNad', () => {
  test('a bare configuration', () => {
    expect(nad({ name: 'net', type: 'macvlan', ipam })).toMatchObject({
      namespace: 'ns',
      name: 'nad',
      uid: 'u',
      mainType: 'macvlan',
      cniName: 'net',
      ipamType: 'whereabouts',
      whereabouts: { ok: true, cniName: 'net' },
      error: undefined,
    });
  });

  test('without a name multus puts in the object’s', () => {
    expect(nad({ type: 'macvlan', ipam }).cniName).toBe('nad');
    expect(nad({ name: '', type: 'macvlan', ipam }).cniName).toBe('nad');
    expect(nad({ name: null, type: 'macvlan', ipam }).cniName).toBeUndefined();
  });

  test('of a list, the plugin with whereabouts counts, else the first with an ipam', () => {
    const list = (...plugins: object[]): ReturnType<typeof readNad> => nad({ name: 'net', plugins });
    expect(list({ type: 'macvlan', ipam }, { type: 'tuning' })).toMatchObject({
      mainType: 'macvlan',
      ipamType: 'whereabouts',
    });
    expect(list({ type: 'x' }, { type: 'y', ipam: { type: 'static' } }, { type: 'z', ipam })).toMatchObject({
      mainType: 'x',
      ipamType: 'whereabouts',
      whereabouts: { ok: true },
    });
    expect(list({ type: 'x' }, { type: 'y', ipam: { type: 'static' } })).toMatchObject({
      ipamType: 'static',
      whereabouts: undefined,
    });
  });

  test('keys of plugins match in any case', () => {
    expect(nad({ type: 'macvlan', IPAM: { Type: 'whereabouts', Range: '10.0.0.0/24' } })).toMatchObject({
      ipamType: 'whereabouts',
      whereabouts: { ok: true },
    });
  });

  test('networks without whereabouts', () => {
    expect(nad({ type: 'macvlan' })).toMatchObject({ ipamType: undefined, whereabouts: undefined, error: undefined });
    expect(nad({ type: 'macvlan', ipam: {} })).toMatchObject({ ipamType: undefined, whereabouts: undefined });
    expect(nad({ type: 'macvlan', ipam: { type: 'dhcp' } })).toMatchObject({
      ipamType: 'dhcp',
      whereabouts: undefined,
    });
  });

  test('what whereabouts refuses', () => {
    const reading = nad({ type: 'macvlan', ipam: { type: 'whereabouts', range: 'x' } });
    expect(reading).toMatchObject({ error: undefined, whereabouts: { ok: false } });
  });

  test.each([
    [undefined, NO_CONFIG],
    ['', NO_CONFIG],
    [5, 'spec.config is not a string'],
    ['{', expect.stringMatching(/^not JSON/)],
    ['[]', expect.stringMatching(/not a JSON object/)],
  ])('config %p', (config, error) => {
    expect(nad(config)).toMatchObject({ mainType: undefined, cniName: undefined, whereabouts: undefined, error });
  });

  test.each([undefined, null, 'x', [], {}])('%p has no configuration', (object) => {
    expect(readNad(object)).toMatchObject({ namespace: '', name: '', uid: '', error: NO_CONFIG });
  });
});
