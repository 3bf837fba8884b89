import type { Address } from '../../net/address.js';
import type { Prefix } from '../../net/prefix.js';
import { effectiveWindow, parseExclude, windowAddresses } from '../../whereabouts/window.js';
import { addressOf, type Answers, invalid, isAnswered, listOf, prefixOf, rangeOf, textOf } from './answers.js';
import type { RangeAnswer } from './questions.js';

/** An object of JSON, its keys in the order in which they are written. */
export type Json = Record<string, unknown>;

/** A part of the configuration, and what is to be said of it. */
export interface IpamPart {
  /** Undefined: without IPAM. */
  readonly ipam: Json | undefined;
  readonly notes: readonly string[];
}

/** The `ipam` object, without `dns`. */
export function ipamOf(answers: Answers): IpamPart {
  const { ipam } = answers;
  switch (ipam) {
    case 'none':
      return { ipam: undefined, notes: [] };
    case 'dhcp':
      return { ipam: { type: 'dhcp' }, notes: [] };
    case 'static':
      return { ipam: staticIpam(answers), notes: [] };
    case 'whereabouts':
      return whereaboutsIpam(answers);
  }
}

function staticIpam({ given }: Answers): Json {
  const addresses = listOf(given, 'address').map((text) => ({ prefix: prefixOf(text), gateway: '' }));
  for (const text of listOf(given, 'gateway')) {
    const gateway = addressOf(text);
    const within = addresses.find(({ prefix }) => prefix.contains(gateway));
    if (within === undefined) throw invalid('gateway', `${text} is in none of the networks of --address`);
    if (within.gateway !== '') throw invalid('gateway', `${text} is a second gateway for ${within.prefix.toString()}`);
    within.gateway = gateway.toString();
  }
  return {
    type: 'static',
    ...(addresses.length === 0
      ? {}
      : {
          addresses: addresses.map(({ prefix, gateway }) => ({
            address: prefix.toString(),
            ...(gateway === '' ? {} : { gateway }),
          })),
        }),
    ...routes(given),
  };
}

/** A range as it is written. */
interface WrittenRange {
  readonly range: string;
  readonly prefix: Prefix;
  readonly start: Address | undefined;
  readonly end: Address | undefined;
  readonly exclude: readonly string[];
  readonly note: string | undefined;
}

function whereaboutsIpam(answers: Answers): IpamPart {
  const { given } = answers;
  const slices = textOf(given, 'node-slice-size');
  const written = rangesOf(answers).map(writtenRange);
  const gateway = gatewayOf(answers);
  // Node slices drop exclusions, so none may be added.
  const kept = slices === undefined ? written.map((range) => withoutHost(range, answers, gateway)) : written;
  const networkName = textOf(given, 'network-name') ?? (slices === undefined ? undefined : answers.name);
  const ranges = kept.map(rangeJson);
  const ipam = {
    type: 'whereabouts',
    ...(ranges.length > 1 ? { ipRanges: ranges } : ranges[0]),
    ...(gateway === undefined ? {} : { gateway: gateway.toString() }),
    ...routes(given),
    ...(networkName === undefined ? {} : { network_name: networkName }),
    ...(slices === undefined ? {} : { node_slice_size: slices.startsWith('/') ? slices : `/${slices}` }),
    ...(given['no-overlapping-ranges'] === true ? { enable_overlapping_ranges: false } : {}),
  };
  return { ipam, notes: written.flatMap(({ note }) => note ?? []) };
}

/** With one range, its parts may have flags of their own. */
function rangesOf({ given }: Answers): RangeAnswer[] {
  const ranges = listOf(given, 'range').map(rangeOf);
  const [only, ...others] = ranges;
  const alone = ['range-start', 'range-end', 'exclude'].find((id) => isAnswered(given[id]));
  if (only === undefined || alone === undefined) return ranges;
  const part = alone.replace('range-', '');
  if (others.length > 0) {
    throw invalid(alone, `is for one range; with several, write --range RANGE,${part}=…`);
  }
  const start = oneOf('range-start', only.start, textOf(given, 'range-start'));
  const end = oneOf('range-end', only.end, textOf(given, 'range-end'));
  return [{ ...only, start, end, exclude: [...only.exclude, ...listOf(given, 'exclude')] }];
}

function oneOf(id: string, inRange: string | undefined, own: string | undefined): string | undefined {
  if (inRange !== undefined && own !== undefined) throw invalid(id, '--range has said that already');
  return inRange ?? own;
}

function writtenRange({ range, start, end, exclude }: RangeAnswer): WrittenRange {
  const [first = '', last] = range.split('-', 2);
  const excludes = exclude.map(excludeText);
  if (last !== undefined) {
    if (start !== undefined || end !== undefined) {
      throw invalid('range', `${range} says its first and last address already`);
    }
    const prefix = prefixOf(last);
    const [from, to] = [addressOf(first), prefix.address];
    return {
      range: `${from.toString()}-${prefix.toString()}`,
      prefix: prefix.masked(),
      start: from,
      end: to,
      exclude: excludes,
      note: undefined,
    };
  }
  const prefix = prefixOf(first);
  const masked = prefix.masked();
  const note = prefix.isMasked
    ? undefined
    : `the range ${range} is written as ${masked.toString()}: whereabouts hands out of the whole prefix ` +
      `(to begin at ${prefix.address.toString()}, give it as the start)`;
  return {
    range: masked.toString(),
    prefix: masked,
    start: start === undefined ? undefined : addressOf(start),
    end: end === undefined ? undefined : addressOf(end),
    exclude: excludes,
    note,
  };
}

/** Masked, as it is taken; a single address with its length. */
function excludeText(text: string): string {
  return parseExclude(text)?.masked().toString() ?? text;
}

/** whereabouts would hand out the gateway, and the address of the host's bridge, as any other. */
function withoutHost(range: WrittenRange, answers: Answers, gateway: Address | undefined): WrittenRange {
  const { prefix } = range;
  const { given, main } = answers;
  const onBridge =
    main.type === 'bridge' &&
    gateway === undefined &&
    ['is-gateway', 'is-default-gateway'].some((id) => isAnswered(given[id]));
  const host = onBridge ? prefix.network.plus(1n) : gateway;
  if (host === undefined) return range;
  const excluded = range.exclude.flatMap((text) => parseExclude(text) ?? []);
  const offered = windowAddresses(effectiveWindow(prefix, range.start, range.end), excluded);
  return offered.contains(host) ? { ...range, exclude: [...range.exclude, excludeText(host.toString())] } : range;
}

function rangeJson({ range, start, end, exclude }: WrittenRange): Json {
  const isSpan = range.includes('-');
  return {
    range,
    ...(isSpan || start === undefined ? {} : { range_start: start.toString() }),
    ...(isSpan || end === undefined ? {} : { range_end: end.toString() }),
    ...(exclude.length === 0 ? {} : { exclude }),
  };
}

/** whereabouts has one gateway for all ranges. */
function gatewayOf({ given }: Answers): Address | undefined {
  const [gateway, ...others] = listOf(given, 'gateway');
  if (others.length > 0) throw invalid('gateway', 'is given twice, and whereabouts takes one');
  return gateway === undefined ? undefined : addressOf(gateway);
}

function routes(given: Answers['given']): { routes?: Json[] } {
  const written = listOf(given, 'route').map((text) => {
    const [destination = '', gateway] = text.split('=');
    const dst = prefixOf(destination);
    if (!dst.isMasked) {
      throw invalid(
        'route',
        `${dst.toString()} has host bits, which the kernel refuses; write ${dst.masked().toString()}`,
      );
    }
    return { dst: dst.toString(), ...(gateway === undefined ? {} : { gw: addressOf(gateway).toString() }) };
  });
  return written.length === 0 ? {} : { routes: written };
}
