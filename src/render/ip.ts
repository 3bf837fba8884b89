import type { AddressDocument } from '../reconcile/documents.js';
import type { IPReport, LoneReservation } from '../reconcile/show-ip.js';
import type { Reason } from '../reconcile/verdict.js';
import { grouped } from './number.js';
import { safe } from './safe.js';
import { paint } from './style.js';
import type { Screen } from './terminal.js';
import { relative } from './time.js';
import { reasonText, verdictRole } from './verdict.js';
import { wrap } from './wrap.js';

/**
 * The screen of `ips show`: the first sentence answers, the rest proves it.
 * @param now the reader's clock, by which the reading is just now or long ago
 */
export function ipScreen(report: IPReport, screen: Screen, now: Date): string {
  const sections = report.holders.map((holder) => holderSection(holder, report, screen, now));
  sections.push(...report.reservations.map((reservation) => reservationSection(reservation, screen, now)));
  if (report.holders.length === 0 && report.reservations.length === 0) sections.push(`${nobody(report)}\n`);
  const seen = seenLines(report);
  if (seen.length > 0) sections.push(`${seen.join('\n')}\n`);
  const places = report.places.map((place) => `  ${placeText(place)}`);
  if (places.length > 0) {
    const title = report.holders.length > 0 ? 'It falls into these pools too:' : 'It would fall into:';
    sections.push(`${[title, ...places].join('\n')}\n`);
  }
  return sections
    .join('\n')
    .split('\n')
    .map((line) => wrap(line, screen.width, FIELD.test(line) ? LABEL : 0))
    .join('\n');
}

/** Columns of a field's name. */
const LABEL = 13;
/** A field, or a line that goes on with one. */
const FIELD = /^(Pool|Owner|Node|Reservation|Evidence|Seen on| {13})/;

/** The next command, where there is one. */
export function ipClosing(report: IPReport): string[] {
  const stale = report.holders.find(({ verdict }) => verdict === 'stale');
  return stale === undefined ? [] : [`The plan to release it: ipamctl reconcile --pool ${stale.pool.name}`];
}

function holderSection(holder: AddressDocument, report: IPReport, screen: Screen, now: Date): string {
  const { address, key, pool, podref, ifName, containerId, nodeName, reservation, networkName } = holder;
  const what = address ?? `key ${key} of pool ${pool.name}`;
  const verdict = paint(screen, verdictRole(holder.verdict) ?? 'good', holder.verdict);
  const owner = podref === '' ? 'an owner without a name' : podref;
  const lines = [`${safe(what)} is held for ${safe(owner)}, and ${safe(because(holder))}: ${verdict}.`, ''];
  const network = networkName === null ? '' : `, network ${networkName}`;
  lines.push(field('Pool', `${pool.namespace}/${pool.name}, key ${key}${network}`));
  lines.push(
    field(
      'Owner',
      [
        podref,
        ifName === null ? null : `interface ${ifName}`,
        containerId === '' ? null : `container ${shortId(containerId, screen)}`,
      ]
        .filter(Boolean)
        .join(', '),
    ),
  );
  if (nodeName !== null) lines.push(field('Node', nodeName));
  lines.push(field('Reservation', reservationText(holder)));
  if (reservation !== null && reservation.podref !== podref) {
    const other = `the reservation names another owner: ${reservation.podref}`;
    lines.push(field('', other, (text) => paint(screen, 'warn', text)));
  }
  for (const [index, line] of evidenceLines(holder, now).entries())
    lines.push(field(index === 0 ? 'Evidence' : '', line));
  if (report.shownBy.length === 0) lines.push(field('Seen on', 'no pod'));
  return `${lines.join('\n')}\n`;
}

function reservationSection(reservation: LoneReservation, screen: Screen, now: Date): string {
  const { namespace, name, podref, verdict } = reservation;
  const told = paint(screen, verdictRole(verdict) ?? 'good', verdict);
  const lines = [
    `${safe(reservation.address ?? name)} is reserved for ${safe(podref)}, without a key in any pool, and ${safe(because(reservation))}: ${told}.`,
    '',
    field('Reservation', `${namespace}/${name}`),
    ...evidenceLines(reservation, now).map((line, index) => field(index === 0 ? 'Evidence' : '', line)),
  ];
  return `${lines.join('\n')}\n`;
}

/** The whole of it is in every machine format. */
function shortId(id: string, { unicode }: Screen): string {
  return id.length <= 16 ? id : `${id.slice(0, 12)}${unicode ? '…' : '...'}`;
}

function because(judged: Parameters<typeof reasonText>[0]): string {
  switch (judged.reason) {
    case 'address-shown':
      return 'the pod shows it';
    case 'pod-gone':
      return 'that pod is gone';
    case 'other-address':
    case 'succeeded':
    case 'failed':
      return `that pod ${reasonText(judged)}`;
    default:
      return reasonText(judged);
  }
}

function reservationText({ reservation, podref, networkName }: AddressDocument): string {
  if (reservation === null) return networkName === null ? 'none' : `none in network ${networkName}`;
  return `${reservation.namespace}/${reservation.name}${reservation.podref === podref ? ', same owner' : ''}`;
}

/** With these no look-up told whether the pod exists, or none was made. */
const NOT_LOOKED_UP: ReadonlySet<Reason> = new Set<Reason>([
  'look-up-failed',
  'pods-not-collected',
  'podref-unreadable',
  'key-unreadable',
  'range-unreadable',
]);

/** With these a list is missing that could say who wants the pod back. */
const CLAIMS_NOT_READ: ReadonlySet<Reason> = new Set<Reason>(['statefulsets-not-readable', 'migrations-not-readable']);

function evidenceLines({ evidence, reason }: Pick<AddressDocument, 'evidence' | 'reason'>, now: Date): string[] {
  if (evidence.owner === null && NOT_LOOKED_UP.has(reason)) return [];
  const { owner, podCount, wantedBack, lastNode, killedAt, readAt } = evidence;
  const lines: string[] = [];
  if (owner === null) {
    const how = evidence.confirmedByGet ? 'the API server has no such pod' : `not among all ${grouped(podCount)} pods`;
    const wanted =
      wantedBack === null
        ? 'no StatefulSet and no migration wants it back'
        : `${wantedBack.by === 'migration' ? 'migration' : 'StatefulSet'} ${wantedBack.name} wants it back`;
    lines.push(`${how} (read ${relative(new Date(readAt), now)})${CLAIMS_NOT_READ.has(reason) ? '' : `; ${wanted}`}`);
    if (lastNode !== null) lines.push(`it ran on node ${lastNode.name}, which is ${lastNode.state}`);
    if (killedAt !== null)
      lines.push(`an event says that it was being killed ${relative(new Date(killedAt), new Date(readAt))}`);
  } else {
    const state = [
      owner.phase,
      owner.terminating ? 'terminating' : null,
      owner.node === null ? null : `node ${owner.node.name} ${owner.node.state}`,
    ];
    lines.push(`the pod exists${state.filter(Boolean).length > 0 ? ` (${state.filter(Boolean).join(', ')})` : ''}`);
    if (owner.networkStatus !== 'read') lines.push(`its network-status is ${owner.networkStatus}`);
    for (const { ifName, network, addresses } of owner.shows) {
      lines.push(
        `it shows ${addresses.length === 0 ? 'no address' : addresses.join(', ')} on ${ifName ?? 'an interface'} (${network})`,
      );
    }
    if (wantedBack !== null) lines.push(`${wantedBack.by} ${wantedBack.name} needs it`);
  }
  return lines.map(safe);
}

function nobody({ address, pod }: IPReport): string {
  if (pod !== null) return `Nothing is held for ${safe(`${pod.namespace}/${pod.name}`)}.`;
  return `Nobody holds ${address ?? '?'}.`;
}

function seenLines({ shownBy, holders, address }: IPReport): string[] {
  const owners = new Set(holders.map(({ address: held, podref }) => `${held ?? ''} ${podref}`));
  return shownBy.map((pod, index) => {
    const podref = `${pod.namespace}/${pod.name}`;
    const who = owners.has(`${pod.address} ${podref}`) ? `${podref} (its owner)` : podref;
    const which = address === null ? `${pod.address} on ` : '';
    return field(index === 0 ? 'Seen on' : '', `${which}${who}, network ${pod.network}`);
  });
}

function placeText({ pool, networkName, place, reservedFor, nads }: IPReport['places'][number]): string {
  const network = networkName === null ? '' : ` of network ${networkName}`;
  const inside = nads.filter((nad) => nad.inside).map(({ namespace, name }) => `${namespace}/${name}`);
  const what = {
    free:
      inside.length === 0 ? 'free there; no NAD draws from it' : `free there, in the window of ${inside.join(', ')}`,
    excluded: 'excluded there',
    reserved: `not free there: ${reservedFor ?? '?'} holds its reservation`,
    'outside-windows': 'outside the windows there',
  }[place];
  return safe(`${pool.namespace}/${pool.name}${network}: ${what}`);
}

/** The text may come from outside; paint goes around `safe`, never into it. */
function field(name: string, text: string, dress: (text: string) => string = (plain) => plain): string {
  return `${name.padEnd(LABEL)}${dress(safe(text))}`;
}
