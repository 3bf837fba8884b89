import fc from 'fast-check';

function field(min: number, max: number, names: readonly string[] = []): fc.Arbitrary<string> {
  const value = fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min, max }).map(String) },
    { weight: 1, arbitrary: fc.integer({ min: min - 1, max: max + 1 }).map(String) },
    { weight: 1, arbitrary: fc.constantFrom('', '+5', '05', 'x', 'L', '-0', '*', ...names) },
  );
  const range = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('*', '*', '?') },
    { weight: 4, arbitrary: value },
    {
      weight: 4,
      arbitrary: fc.tuple(value, value).map(([a, b]) => (Number(a) > Number(b) ? `${b}-${a}` : `${a}-${b}`)),
    },
    { weight: 1, arbitrary: fc.tuple(value, value).map(([a, b]) => `${a}-${b}`) },
  );
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.constant('') },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 20 }).map((n) => `/${n.toString()}`) },
    { weight: 1, arbitrary: fc.constantFrom('/0', '/90', '/', '/-2', '/2/3', '/+3') },
  );
  const part = fc.tuple(range, step).map(([text, by]) => text + by);
  return fc.oneof(
    { weight: 6, arbitrary: part },
    { weight: 2, arbitrary: fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(',')) },
    { weight: 3, arbitrary: fc.constant('*') },
  );
}

const MONTHS = ['jan', 'Feb', 'DEC', 'sept'];
const DAYS = ['sun', 'Mon', 'SAT', 'tues'];

const fields = fc.tuple(field(0, 59), field(0, 23), field(1, 31), field(1, 12, MONTHS), field(0, 6, DAYS));

/** What people write as a schedule, and what they should not. */
export const schedule: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('', '', '', '', 'TZ=UTC ', 'CRON_TZ=Europe/Berlin ', 'TZ=America/St_Johns ', 'TZ=Nowhere ', 'TZ= '),
    fc.oneof(
      { weight: 20, arbitrary: fields.map((all) => all.join(' ')) },
      { weight: 1, arbitrary: fields.map((all) => all.slice(1).join(' ')) },
      { weight: 1, arbitrary: fields.map((all) => ` 0\t${all.join('  ')} `) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          '@hourly',
          '@daily',
          '@weekly',
          '@annually',
          '@every 5m',
          '@Hourly',
          '@',
          '',
          'TZ=UTC',
        ),
      },
    ),
  )
  .map(([zone, text]) => zone + text);

/** A minute of three years, all changes of the clocks among them. */
export const moment: fc.Arbitrary<string> = fc
  .integer({ min: Date.parse('2024-01-01T00:00:00Z') / 60_000, max: Date.parse('2026-12-31T23:59:00Z') / 60_000 })
  .map((minute) => new Date(minute * 60_000).toISOString());

const amount = fc.oneof(
  fc.integer({ min: 0, max: 400 }).map(String),
  fc.constantFrom('', '1.5', '.5', '2.', '.', '0', '99999999999', '1_0', '-1'),
);
const unit = fc.constantFrom('s', 'm', 'h', 'ms', 'us', 'µs', 'ns', 'd', '', ' s');
const every = fc
  .tuple(fc.constantFrom('', '', '+', '-'), fc.array(fc.tuple(amount, unit), { maxLength: 3 }))
  .map(([sign, parts]) => `@every ${sign}${parts.map((part) => part.join('')).join('')}`);

/** All that is written into the ConfigMap, seconds, forms of other schedulers and slips of the keyboard among them. */
export const expression: fc.Arbitrary<string> = fc.oneof(
  { weight: 12, arbitrary: schedule },
  { weight: 3, arbitrary: fc.tuple(fc.constantFrom('', '', 'TZ=UTC '), every).map((parts) => parts.join('')) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(schedule, fc.nat(), fc.constantFrom(' ', '\t', '\u00a0', '\ufeff', '\u0085', ',', '-', '/', '*', '0', '7'))
      .map(([text, at, slip]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + slip + text.slice(place);
      }),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 12 }) },
);
