import { describe, expect, test } from '@jest/globals';
import { parseConf } from '../../src/cni/conf.js';

const read = (value: unknown): ReturnType<typeof parseConf> => parseConf(JSON.stringify(value));

describe('parseConf', () => {
  test('a bare configuration is a list of one', () => {
    const conf = { cniVersion: '0.3.1', name: 'net', type: 'macvlan' };
    expect(read(conf)).toEqual({ ok: true, name: 'net', cniVersion: '0.3.1', list: false, plugins: [conf], raw: conf });
  });

  test('a list', () => {
    const plugins = [{ type: 'bridge' }, { type: 'tuning' }];
    expect(read({ name: 'net', plugins })).toMatchObject({
      ok: true,
      name: 'net',
      cniVersion: undefined,
      list: true,
      plugins,
    });
  });

  test('a type at the top makes plugins of no account, as for multus', () => {
    expect(read({ type: 'bridge', plugins: [{ type: 'x' }] })).toMatchObject({ list: false });
    expect(read({ type: '', plugins: [{ type: 'x' }] })).toMatchObject({ list: true });
  });

  test('a name of another type is none', () => {
    expect(read({ name: 5, type: 'bridge' })).toMatchObject({ ok: true, name: undefined });
  });

  test.each([
    ['', /^not JSON/],
    ['{', /^not JSON/],
    ['[]', /not a JSON object but array/],
    ['null', /not a JSON object but null/],
    ['{}', /neither/],
    ['{"plugins": null}', /neither/],
    ['{"plugins": {}}', /not a list but object/],
    ['{"plugins": []}', /no plugins/],
    ['{"plugins": [{"type": "x"}, 5]}', /not an object/],
    ['{"__proto__": {"type": "bridge"}}', /neither/],
  ])('%s', (text, error) => {
    const reading = parseConf(text);
    expect(reading.ok ? '' : reading.error).toMatch(error);
  });
});
