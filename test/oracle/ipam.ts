import fc from 'fast-check';
import { address, addressText, prefix, prefixText } from './arbitraries.js';

/** Any JSON value that may stand where another type belongs. */
const wrong: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(
  null,
  true,
  1,
  1.5,
  'x',
  '',
  [],
  ['x'],
  [1],
  [null],
  {},
  { a: 1 },
);

/** Mostly what belongs there, now and then something else. */
function mostly(right: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 40, arbitrary: right }, { weight: 1, arbitrary: wrong });
}

const goodPrefix = prefix.map(String);
const range = fc.oneof(
  { weight: 6, arbitrary: goodPrefix },
  { weight: 2, arbitrary: prefix.map((value) => `${value.network.toString()}-${value.toString()}`) },
  { weight: 1, arbitrary: prefixText },
  { weight: 1, arbitrary: fc.tuple(addressText, prefixText).map(([start, end]) => `${start}-${end}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      '-',
      '10.0.0.5-10.0.0.9/24',
      '010.000.0.0/24',
      '10.0.0.9-10.0.0.5/24',
      '10.0.0.5-10.1.0.9/24',
      'a-b-c',
    ),
  },
);
const limit = fc.oneof(
  { weight: 4, arbitrary: address.map(String) },
  { weight: 1, arbitrary: addressText },
  { weight: 1, arbitrary: fc.constant('') },
);
const excludes = mostly(fc.array(mostly(fc.oneof(goodPrefix, prefixText, address.map(String))), { maxLength: 3 }));
const goodAddress = fc.oneof({ weight: 6, arbitrary: address.map(String) }, { weight: 1, arbitrary: addressText });

const rangeConfiguration = fc.record(
  {
    range: mostly(fc.oneof({ weight: 8, arbitrary: goodPrefix }, { weight: 1, arbitrary: range })),
    range_start: mostly(goodAddress),
    range_end: mostly(goodAddress),
    exclude: excludes,
  },
  { requiredKeys: ['range'] },
);

const text = mostly(fc.constantFrom('', 'x', 'net-1'));
const number = mostly(fc.constantFrom(0, 1, -5, 1500, 2 ** 40));
const strings = mostly(fc.array(mostly(fc.constantFrom('', 'a')), { maxLength: 2 }));

const route = fc.record(
  {
    dst: mostly(goodPrefix),
    gw: mostly(goodAddress),
    mtu: number,
    table: number,
    scope: number,
    priority: number,
    advmss: number,
  },
  { requiredKeys: [] },
);

const fields: Record<string, fc.Arbitrary<unknown>> = {
  type: fc.oneof({ weight: 30, arbitrary: fc.constant('whereabouts') }, { weight: 1, arbitrary: wrong }),
  range: mostly(range),
  range_start: mostly(limit),
  range_end: mostly(limit),
  exclude: excludes,
  ipRanges: mostly(fc.array(mostly(rangeConfiguration), { maxLength: 2 })),
  network_name: text,
  node_slice_size: mostly(fc.constantFrom('', '24', '/24')),
  enable_overlapping_ranges: mostly(fc.boolean()),
  gateway: mostly(goodAddress),
  Gateway: text,
  routes: mostly(fc.array(mostly(route), { maxLength: 2 })),
  addresses: mostly(
    fc.array(
      mostly(
        fc.record(
          { address: mostly(goodPrefix), gateway: mostly(goodAddress), Version: text },
          { requiredKeys: ['address'] },
        ),
      ),
      { maxLength: 3 },
    ),
  ),
  dns: mostly(
    fc.record({ nameservers: strings, domain: text, search: strings, options: strings }, { requiredKeys: [] }),
  ),
  kubernetes: mostly(fc.record({ kubeconfig: text, k8s_api_root: text }, { requiredKeys: [] })),
  leader_lease_duration: number,
  leader_renew_deadline: number,
  leader_retry_period: number,
  sleep_for_race: number,
  datastore: text,
  etcd_host: text,
  Name: text,
  PodName: text,
  log_level: text,
  unknown: wrong,
};

const oftenThere = new Set(['type', 'range', 'range_start', 'range_end', 'exclude', 'network_name']);

/** Another spelling of a key, for Go matches keys without regard to case. */
const respell = fc.oneof(
  { weight: 20, arbitrary: fc.constant((key: string) => key) },
  { weight: 1, arbitrary: fc.constant((key: string) => key.toUpperCase()) },
  { weight: 1, arbitrary: fc.constant((key: string) => key.charAt(0).toUpperCase() + key.slice(1)) },
  { weight: 1, arbitrary: fc.constant((key: string) => key.replace('s', '\u017f').replace('k', '\u212a')) },
);

const entries = fc
  .tuple(
    ...Object.entries(fields).map(([key, value]) =>
      fc
        .tuple(
          fc.option(value, { nil: undefined, freq: oftenThere.has(key) ? 6 : 1 }),
          respell,
          fc.integer({ min: 0, max: 5 }),
        )
        .map(([content, spell, rare]) => ({
          key,
          content,
          spell,
          there: content !== undefined && (oftenThere.has(key) || rare === 0),
        })),
    ),
  )
  .map((all) => all.filter(({ there }) => there).map(({ key, content, spell }) => [spell(key), content] as const));

/** The same key twice in different case; the later one counts. */
const ipam: fc.Arbitrary<unknown> = fc.oneof(
  {
    weight: 30,
    arbitrary: fc
      .tuple(
        entries,
        fc.option(fc.tuple(fc.constantFrom('Range', 'RANGE', 'Network_Name', 'Enable_Overlapping_Ranges'), wrong), {
          nil: undefined,
          freq: 6,
        }),
      )
      .map(([list, extra]) => Object.fromEntries(extra === undefined ? list : [...list, extra])),
  },
  { weight: 1, arbitrary: wrong },
);

/** The text of a whole CNI configuration with an `ipam`, good or bad. */
export const ipamText: fc.Arbitrary<string> = fc
  .record({ name: fc.constantFrom('net', 'a.b'), cniVersion: fc.constantFrom('0.1.0', '0.3.1', '1.0.0', ''), ipam })
  .map((conf) => JSON.stringify(conf));
