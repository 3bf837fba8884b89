import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Address } from '../../src/net/address.js';
import { Prefix } from '../../src/net/prefix.js';
import { parseIpam } from '../../src/whereabouts/ipam.js';
import { parsePoolName, parseReservationName, poolName, reservationName } from '../../src/whereabouts/names.js';
import { readKey, whereaboutsOffset } from '../../src/whereabouts/offset.js';
import { lastTick, readCalendar } from '../../src/whereabouts/schedule.js';
import { planRanges } from '../../src/whereabouts/plan.js';
import { divideRange } from '../../src/whereabouts/slices.js';
import { effectiveWindow, parseExclude, windowAddresses } from '../../src/whereabouts/window.js';
import {
  address,
  addressText,
  enumerate,
  excludeFor,
  near,
  prefix,
  prefixText,
  smallRange,
} from '../oracle/arbitraries.js';
import { type Answer, ask, buildOracle, hasGo, type Question } from '../oracle/oracle.js';
import { ipamText } from '../oracle/ipam.js';
import { moment, schedule } from '../oracle/schedules.js';

/** Cases of each kind; one fixed seed, so that a failure can be seen again. */
const CASES = Number(process.env['IPAMCTL_ORACLE_CASES'] ?? 6000);
const seed = Number(process.env['IPAMCTL_ORACLE_SEED'] ?? 20260601);
const sample = <T>(arbitrary: fc.Arbitrary<T>, numRuns = CASES): T[] => fc.sample(arbitrary, { seed, numRuns });

const go = hasGo();
if (!go) {
  const message = 'no Go in PATH: ipamctl is NOT compared with whereabouts itself (test/integration/oracle.test.ts)';
  if (process.env['CI']) throw new Error(message);
  process.stderr.write(`SKIPPED: ${message}\n`);
}

(go ? describe : describe.skip)('bit for bit what whereabouts v0.9.4 and Go say', () => {
  let program = '';
  beforeAll(() => {
    program = buildOracle();
  }, 900_000);

  /** Puts one question for each case and collects what differs, so that one run shows every kind of difference. */
  async function compare<T>(
    cases: readonly T[],
    question: (item: T) => Question,
    mine: (item: T, theirs: Answer) => unknown,
    theirs: (answer: Answer, item: T) => unknown,
  ): Promise<void> {
    const answers = await ask(program, cases.map(question));
    const differences: unknown[] = [];
    for (const [index, item] of cases.entries()) {
      const answer = answers[index] as Answer;
      const [a, b] = [JSON.stringify(mine(item, answer)), JSON.stringify(theirs(answer, item))];
      if (a !== b) differences.push({ question: question(item), ipamctl: a, whereabouts: b });
    }
    expect(differences.slice(0, 10)).toEqual([]);
    expect(answers.length).toBe(cases.length);
  }

  const seenAddress = (value: Address | undefined): unknown =>
    value === undefined ? null : { text: value.toString(), four: value.family === 4 };
  const toldAddress = (answer: Answer): unknown => (answer.ok ? { text: answer.text, four: answer.four } : null);

  test.each([
    ['ip', (text: string) => Address.parse(text)],
    ['ipSloppy', (text: string) => Address.parseSloppy(text)],
  ] as const)('addresses: %s', async (kind, parse) => {
    await compare(
      sample(addressText, CASES * 2),
      (text) => ({ ask: kind, text }),
      (text) => seenAddress(parse(text)),
      toldAddress,
    );
  });

  test.each([
    ['cidr', (text: string) => Prefix.parse(text)],
    ['cidrSloppy', (text: string) => Prefix.parseSloppy(text)],
  ] as const)('prefixes: %s', async (kind, parse) => {
    await compare(
      sample(prefixText, CASES * 2),
      (text) => ({ ask: kind, text }),
      (text) => {
        const read = parse(text);
        return read === undefined
          ? null
          : { text: read.address.toString(), masked: read.masked().toString(), four: read.address.family === 4 };
      },
      (answer) => (answer.ok ? { text: answer.text, masked: answer.other, four: answer.four } : null),
    );
  });

  test('whether a prefix contains an address', async () => {
    const close = prefix.chain((range) => fc.oneof(address, near(range)).map((candidate) => ({ range, candidate })));
    await compare(
      sample(close),
      ({ range, candidate }) => ({ ask: 'contains', text: range.toString(), other: candidate.toString() }),
      ({ range, candidate }) => range.contains(candidate),
      (answer) => answer.ok,
    );
  });

  const pair = fc.oneof(
    fc.tuple(address, address),
    fc
      .tuple(
        address,
        fc.oneof(fc.integer({ min: -70000, max: 70000 }).map(BigInt), fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n })),
      )
      .map(([base, offset]) => [base.plus(offset) ?? base, base] as const),
  );

  test('offsets of addresses, wrong ones included', async () => {
    await compare(
      sample(pair, CASES * 2),
      ([of, base]) => ({ ask: 'getOffset', text: of.toString(), other: base.toString() }),
      ([of, base]) => (of.family === base.family ? whereaboutsOffset(of, base).toString() : null),
      (answer) => (answer.ok ? answer.text : null),
    );
  });

  test('addresses of offsets', async () => {
    const offset = fc.oneof(
      fc.bigInt({ min: 0n, max: 70000n }),
      fc.bigInt({ min: 2n ** 32n - 3n, max: 2n ** 32n + 3n }),
      fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
      fc.constant(2n ** 63n - 1n),
    );
    await compare(
      sample(fc.tuple(address, offset)),
      ([base, n]) => ({ ask: 'addOffset', text: base.toString(), offset: n.toString() }),
      ([base, n]) => {
        const reading = readKey(n.toString(), base);
        return reading.ok ? reading.address.toString() : null;
      },
      // Go wraps around and crosses between the families; such a key is no address of the pool.
      (answer, [base, n]) =>
        answer.ok && answer.four === (base.family === 4) && Address.parse(answer.text)?.minus(base) === n
          ? answer.text
          : null,
    );
  });

  const bounds = fc
    .oneof(
      smallRange,
      prefix.map((range) => range.masked()),
    )
    .chain((range) => {
      const limit = fc.oneof(near(range), address);
      return fc.record({
        range: fc.constant(range),
        start: fc.option(limit, { nil: undefined }),
        end: fc.option(limit, { nil: undefined }),
      });
    });

  test('first and last address of a range', async () => {
    // Only ranges around ::ffff:0:0/96 differ, on purpose: they are compared by what is handed out.
    const cases = sample(bounds, CASES * 2).filter(
      ({ range }) => range.family === 4 || range.network.value >> 32n !== 0n || range.length >= 96,
    );
    await compare(
      cases,
      ({ range, start, end }) => ({
        ask: 'range',
        text: range.toString(),
        start: start?.toString() ?? '',
        end: end?.toString() ?? '',
      }),
      ({ range, start, end }) => {
        const window = effectiveWindow(range, start, end);
        return window === undefined ? null : [window.first.toString(), window.last.toString()];
      },
      (answer) => (answer.ok ? [answer.text, answer.other] : null),
    );
  });

  test('the set of addresses that are handed out', async () => {
    const cases = sample(
      smallRange.chain((range) =>
        fc.record({
          range: fc.constant(range),
          start: fc.option(near(range), { nil: undefined }),
          end: fc.option(near(range), { nil: undefined }),
          excludes: fc.array(
            fc.oneof(
              { weight: 12, arbitrary: excludeFor(range) },
              { weight: 1, arbitrary: fc.constantFrom('', 'x', '010.0.0.0/8', '10.0.0.0/33') },
            ),
            { maxLength: 4 },
          ),
        }),
      ),
    )
      // whereabouts wraps around to the first address and never ends: see windowAddresses.
      .filter(({ range, excludes }) => range.network.value !== 0n || !excludes.some((text) => text.endsWith('/0')));
    await compare(
      cases,
      ({ range, start, end, excludes }) => ({
        ask: 'assign',
        text: range.toString(),
        start: start?.toString() ?? '',
        end: end?.toString() ?? '',
        excludes,
        limit: 100,
      }),
      ({ range, start, end, excludes }) => {
        const read = excludes.map(parseExclude);
        const window = effectiveWindow(range, start, end);
        if (read.includes(undefined)) return [];
        const set = windowAddresses(window, read as Prefix[]);
        const list = set.intervals.flatMap(({ first, last }) => enumerate(first, last));
        expect(set.size).toBe(BigInt(list.length));
        return list.map(String);
      },
      (answer) => answer.list ?? [],
    );
  });

  const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/);
  const network = fc.oneof(fc.constant(''), label);
  const node = fc.oneof(
    fc.constant(''),
    label,
    label.map((name) => `${name}.example.com`),
  );

  test('names of pools', async () => {
    await compare(
      sample(fc.record({ range: prefix.map((value) => value.masked()), networkName: network, nodeName: node })),
      ({ range, networkName, nodeName }) => ({
        ask: 'poolName',
        text: range.toString(),
        network: networkName,
        node: nodeName,
      }),
      ({ range, networkName, nodeName }, theirs) => {
        const parsed = parsePoolName(theirs.text, range);
        expect(parsed).toEqual({ prefix: [networkName, nodeName].filter(Boolean).join('-') || null });
        return poolName({ range: range.toString(), networkName, nodeName });
      },
      (answer) => answer.text,
    );
  });

  test('names of reservations', async () => {
    await compare(
      sample(fc.record({ of: address, networkName: network })),
      ({ of, networkName }) => ({ ask: 'reservationName', text: of.toString(), network: networkName }),
      ({ of, networkName }, theirs) => {
        const readings = parseReservationName(theirs.text, [networkName]);
        expect(readings.map((reading) => [reading.networkName, reading.address.toString()])).toContainEqual([
          networkName || null,
          of.toString(),
        ]);
        return reservationName(of, networkName);
      },
      (answer) => answer.text,
    );
  });

  test('configurations', async () => {
    let accepted = 0;
    await compare(
      sample(ipamText, CASES * 2),
      (conf) => ({ ask: 'load', text: conf }),
      (conf) => {
        const outer = JSON.parse(conf) as { name?: string; cniVersion?: string; ipam: unknown };
        const reading = parseIpam(outer.ipam, { cniName: outer.name, cniVersion: outer.cniVersion ?? '' });
        if (!reading.ok) return reading.error.startsWith('LoadIPAMConfig - JSON') ? 'json' : reading.error;
        accepted++;
        return {
          name: reading.cniName ?? '',
          networkName: reading.networkName ?? '',
          sliceSize: reading.nodeSliceSize ?? '',
          overlapping: reading.overlapping,
          ranges: reading.ranges.map(({ range, start, end, excludeText }) => ({
            range: range.toString(),
            // Without a start whereabouts takes the network address, which is no different.
            start: (start ?? range.network).toString(),
            end: end?.toString() ?? '',
            exclude: excludeText,
          })),
        };
      },
      (answer) =>
        answer.config === undefined
          ? answer.error?.startsWith('LoadIPAMConfig - JSON')
            ? 'json'
            : answer.error
          : {
              ...answer.config,
              ranges: answer.config.ranges.map((range) => ({ ...range, exclude: range.exclude ?? [] })),
            },
    );
    // The generator must not be so wild that only refusals are compared.
    expect(accepted).toBeGreaterThan(CASES / 4);
  });

  test('when a schedule last fired', async () => {
    let accepted = 0;
    await compare(
      sample(fc.tuple(schedule, moment), CASES / 4),
      ([text, start]) => ({ ask: 'lastTick', text, start }),
      ([text, start]) => {
        const calendar = readCalendar(text);
        return calendar === null ? 'refused' : lastTick(calendar, Date.parse(start));
      },
      (answer) => {
        if (!answer.ok) return 'refused';
        accepted++;
        return answer.text === '' ? null : Number(answer.text);
      },
    );
    // Neither all of one kind nor all of the other.
    expect(accepted).toBeGreaterThan(CASES / 16);
    expect(accepted).toBeLessThan((CASES / 4) * 0.9);
  });

  test('node slices', async () => {
    const size = fc.oneof(
      fc.integer({ min: -1, max: 34 }).map(String),
      fc.integer({ min: 0, max: 32 }).map((n) => `/${n}`),
      fc.constantFrom('', 'x', '+8', '//8', '2 4'),
    );
    const range = fc
      .oneof(
        prefix.map((value) => value.masked()),
        prefix,
      )
      .map(String);
    const few = fc
      .tuple(fc.oneof(range, fc.constantFrom('10.0.0.0/20', '10.0.0.0', 'x/8')), size)
      // whereabouts makes them all at once, thousands of millions if asked to.
      .filter(([text, sizeText]) => {
        const range = Prefix.parse(text);
        return range === undefined || !(Number(sizeText.replace('/', '')) - range.length > 12);
      });
    await compare(
      sample(few, CASES / 10),
      ([text, sizeText]) => ({ ask: 'divide', text, other: sizeText }),
      ([text, sizeText]) => {
        const division = divideRange(text, sizeText);
        if (!division.ok) return null;
        return Array.from({ length: Number(division.count) }, (_, index) => division.slice(BigInt(index))?.toString());
      },
      (answer, [, sizeText]) => (answer.ok && !(Number(sizeText.replace('/', '')) > 32) ? (answer.list ?? []) : null),
    );
  });

  test('plans of node slices', async () => {
    const asked = fc.record({
      range: fc.tuple(prefix, fc.integer({ min: 0, max: 12 })),
      nodes: fc.integer({ min: 1, max: 5000 }),
      podsPerNode: fc.integer({ min: 1, max: 5000 }),
    });
    const cases = sample(asked, CASES / 10)
      .map(({ range: [range, more], ...rest }) => ({
        range: range.masked().toString(),
        sliceSize: range.length + more,
        family: range.family,
        ...rest,
      }))
      // For the rest whereabouts panics or makes what is no slice: see the test of divisions.
      .filter(({ family, sliceSize }) => family === 4 && sliceSize <= 32);
    expect(cases.length).toBeGreaterThan(CASES / 40);
    const divided = await ask(
      program,
      cases.map(({ range, sliceSize }) => ({ ask: 'divide', text: range, other: sliceSize.toString() })),
    );
    await compare(
      cases.map((each, index) => ({ ...each, slices: divided[index]?.list ?? [] })),
      ({ slices }) => ({ ask: 'range', text: slices[0] ?? '', start: '', end: '' }),
      ({ range, sliceSize, nodes, podsPerNode }) => {
        const plans = planRanges({
          ranges: [range],
          sliceSize,
          nodes,
          podsPerNode,
          exclude: [],
          rangeStart: null,
          rangeEnd: null,
          networkName: null,
        });
        if ('error' in plans) return plans.error;
        const [plan] = plans;
        return [plan?.slices, plan?.first, plan?.perNode, plan?.capacity, plan?.fits];
      },
      (answer, { slices, nodes, podsPerNode }) => {
        // Of /31 and /32 whereabouts has no usable address.
        const [first, last] = answer.ok ? [Address.parse(answer.text), Address.parse(answer.other)] : [];
        const each = first === undefined || last === undefined ? 0n : last.minus(first) + 1n;
        const total = BigInt(slices.length) * each;
        const fits = nodes <= slices.length && BigInt(podsPerNode) <= each;
        return [slices.length, first?.toString() ?? null, each.toString(), total.toString(), fits];
      },
    );
  });
});
