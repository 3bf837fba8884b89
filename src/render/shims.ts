import type {
  OperatorDocument,
  PartName,
  PartState,
  ShimItem,
  ShimPart,
  ShimResult,
  ShimStatus,
} from '../openshift/documents.js';
import type { WorkloadDocument } from '../openshift/readiness.js';
import { safe, safeLines } from './safe.js';
import { paint, type Role } from './style.js';
import type { Screen } from './terminal.js';
import { wrap } from './wrap.js';

const LABELS: Readonly<Record<PartName, string>> = {
  entry: 'entry',
  nad: 'NAD',
  plugin: 'plugin',
  reconciler: 'reconciler',
  controller: 'controller',
  daemon: 'daemon',
  operator: 'operator',
};

/** Sign, the same in a C locale, and colour. */
const SIGNS: Readonly<Record<PartState, readonly [string, string, Role]>> = {
  ready: ['✓', 'ok', 'good'],
  pending: ['✗', '!!', 'bad'],
  missing: ['✗', '!!', 'bad'],
  warning: ['!', '! ', 'warn'],
  unknown: ['?', '? ', 'warn'],
  'not-needed': ['-', '- ', 'dim'],
};

/** Columns of a label and the space after it. */
const LABEL_WIDTH = 11;

/** The screen of `shim status`. */
export function shimStatusScreen(status: ShimStatus, screen: Screen, wide: boolean): string {
  const sections = status.items.map((item) => itemSection(item, screen, wide));
  if (wide && status.operator !== null) sections.push(operatorSection(status.operator, screen));
  return sections.join('\n');
}

/** The sentences under `shim status`. */
export function shimStatusClosing({ items, platform }: ShimStatus, asked: boolean): string[] {
  if (items.length === 0) {
    return asked ? [] : ['No NAD uses whereabouts or DHCP, and no entry of the operator does: nothing is needed.'];
  }
  const bad = items.flatMap(({ parts }) => parts.filter(({ state }) => isOutstanding(state)));
  const unseen = items.flatMap(({ parts }) => parts.filter(({ state }) => state === 'unknown'));
  const types = items.map(({ type }) => type).join(' and ');
  if (bad.length === 0 && unseen.length === 0)
    return [`All that ${types} ${items.length === 1 ? 'needs' : 'need'} is there and ready.`];
  const lines = [];
  const missing = bad.filter(({ state }) => state === 'missing').length;
  const counts = [
    missing === 0 ? null : `${missing.toString()} missing`,
    bad.length === missing ? null : `${(bad.length - missing).toString()} not ready`,
    unseen.length === 0 ? null : `${unseen.length.toString()} could not be seen`,
  ].filter((each) => each !== null);
  lines.push(`Of what ${types} ${items.length === 1 ? 'needs' : 'need'}: ${counts.join(', ')}.`);
  if (platform === 'kubernetes' && bad.length > 0) {
    lines.push('No Cluster Network Operator runs here: these are installed with whereabouts itself.');
  }
  return lines;
}

function itemSection({ type, nads, parts }: ShimItem, screen: Screen, wide: boolean): string {
  const lines = [paint(screen, 'bold', `${type}: ${usersText(nads)}`)];
  for (const part of parts) lines.push(...partLines(part, screen, wide));
  return lines.map((line) => `${line}\n`).join('');
}

function usersText(nads: ShimItem['nads']): string {
  if (nads === null) return 'which NADs use it is not known';
  if (nads.length === 0) return 'no NAD uses it';
  return nads.length === 1 ? '1 NAD uses it' : `${nads.length.toString()} NADs use it`;
}

function partLines(part: ShimPart, screen: Screen, wide: boolean): string[] {
  const [sign, ascii, role] = SIGNS[part.state];
  const mark = screen.unicode ? sign : ascii;
  const indent = mark.length + 1;
  const room = screen.width === undefined ? undefined : screen.width - indent;
  const body = wrap(safe(`${LABELS[part.part].padEnd(LABEL_WIDTH)}${partText(part)}`), room, LABEL_WIDTH);
  const [first = '', ...rest] = body.split('\n');
  const lines = [`${paint(screen, role, mark)} ${first}`, ...rest.map((line) => ' '.repeat(indent) + line)];
  const under = ' '.repeat(indent + LABEL_WIDTH);
  if (part.mend !== null) lines.push(`${under}${safe(part.mend)}`);
  if (wide && part.workload !== null)
    lines.push(...detailLines(part.workload).map((line) => under + paint(screen, 'dim', safe(line))));
  return lines;
}

function partText({ part, state, object, message, workload }: ShimPart): string {
  // Its message names the object.
  if (part === 'entry') return message ?? '';
  const where = part === 'nad' ? `${object.namespace ?? ''}/${object.name}` : `${object.kind} ${object.name}`;
  const name = state === 'not-needed' ? '' : where;
  const counts = workload?.desired == null ? '' : ` ${(workload.ready ?? 0).toString()}/${workload.desired.toString()}`;
  const said = message === null ? '' : `${name === '' ? '' : ': '}${message}`;
  return `${name}${counts}${said}`;
}

function detailLines({
  namespace,
  images,
  nodeSelector,
  release,
  generation,
  observedGeneration,
  updated,
  waiting,
}: WorkloadDocument): string[] {
  const selector = Object.entries(nodeSelector).map(([key, value]) => `${key}=${value}`);
  return [
    `namespace ${namespace}`,
    ...images.map((image) => `image ${image}`),
    ...(selector.length === 0 ? [] : [`nodes with ${selector.join(',')}`]),
    ...(release === null ? [] : [`release ${release}`]),
    `generation ${generation?.toString() ?? '?'}, seen ${observedGeneration?.toString() ?? 'none'}, updated ${updated?.toString() ?? '?'}`,
    ...waiting.map(
      ({ name, nodeName, reason, message }) =>
        `pod ${name}${nodeName === null ? '' : ` on ${nodeName}`}: ${reason}${message === null ? '' : ` (${message})`}`,
    ),
  ];
}

function operatorSection(
  { version, managementState, degraded, progressing, available, messages }: OperatorDocument,
  screen: Screen,
): string {
  const word = (value: boolean | null): string => (value === null ? 'unknown' : value ? 'yes' : 'no');
  const lines = [
    paint(screen, 'bold', `operator: version ${version ?? 'unknown'}, ${managementState}`),
    `  available ${word(available)}, progressing ${word(progressing)}, degraded ${word(degraded)}`,
    ...messages.map((message) => `  ${message}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function isOutstanding(state: PartState): boolean {
  return state === 'missing' || state === 'pending';
}

/** A unified diff in colour. */
export function diffText(diff: string, screen: Screen): string {
  if (diff === '') return '';
  const lines = safeLines(diff).trimEnd().split('\n');
  return lines.map((line) => `${paintDiff(line, screen)}\n`).join('');
}

function paintDiff(line: string, screen: Screen): string {
  if (/^(?:---|\+\+\+|@@)/.test(line)) return paint(screen, 'dim', line);
  if (line.startsWith('-')) return paint(screen, 'bad', line);
  return line.startsWith('+') ? paint(screen, 'good', line) : line;
}

/** What a change did, or would do: its diff where asked for, its patch in a dry run, and what it waited for. */
export function changeText(
  { diff, patch, dryRun, status }: ShimResult,
  options: { readonly screen: Screen; readonly wide: boolean; readonly diff: boolean },
): string {
  const { screen } = options;
  const parts = [];
  if (options.diff) parts.push(diffText(diff, screen));
  if (dryRun !== null && patch.length > 0) {
    const operations = patch.map((operation) => `  ${safe(JSON.stringify(operation))}`).join(',\n');
    parts.push(`patch networks.operator.openshift.io cluster\n[\n${operations}\n]\n`);
  }
  if (status !== null) parts.push(itemSection(status, screen, options.wide));
  return parts.filter((part) => part !== '').join('\n');
}

/** The sentences under a change that was not waited for. */
export function changeClosing(result: ShimResult): string[] {
  const { dryRun, type, by } = result;
  if (result.result === 'unchanged') return [changeSentence(result)];
  if (dryRun === 'client') return [`Nothing was changed. ${changeSentence(result)}`];
  if (dryRun === 'server') return [`Nothing was changed. The API server would take it. ${changeSentence(result)}`];
  const next =
    type === null || (result.result === 'removed' && by === null)
      ? []
      : [`How it goes on: ipamctl shim status ${type}`];
  return [changeSentence(result), ...next];
}

/** The sentences under a change that was waited for. */
export function waitClosing(item: ShimItem, ended: 'ready' | 'blind' | 'timed-out' | 'interrupted'): string[] {
  switch (ended) {
    case 'ready':
      return [`All that ${item.type} needs is there and ready.`];
    case 'blind':
      return ['The rest could not be seen, and was not waited for.'];
    case 'timed-out':
      return [
        'The operator has the entry; the rest was not ready in time.',
        `How it goes on: ipamctl shim status ${item.type}`,
      ];
    case 'interrupted':
      return [
        'The operator has the entry; the rest was not waited for.',
        `How it goes on: ipamctl shim status ${item.type}`,
      ];
  }
}

const OBJECT = 'network.operator.openshift.io/cluster';

/** What was done, would be done, or need not be done. */
export function changeSentence({ result, name, by, before, dryRun, type }: ShimResult): string {
  const isDone = dryRun === null;
  const other = `the operator ${isDone ? 'goes on' : 'would go on'} deploying what ${type ?? 'it'} needs, for entry ${by ?? ''}`;
  switch (result) {
    case 'added':
      return isDone ? `Added entry ${name} to ${OBJECT}.` : `Entry ${name} would be added to ${OBJECT}.`;
    case 'replaced':
      return isDone ? `Replaced entry ${name} of ${OBJECT}.` : `Entry ${name} of ${OBJECT} would be replaced.`;
    case 'removed': {
      const done = isDone ? `Removed entry ${name} from ${OBJECT}` : `Entry ${name} would be removed from ${OBJECT}`;
      return `${done}${by === null ? '' : `; ${other}`}.`;
    }
    default:
      if (by !== null && before === null && type !== null) {
        return `Nothing to do: there is no entry ${name} in ${OBJECT}, and entry ${by} has IPAM ${type}, which is as good.`;
      }
      if (by !== null) return `Nothing to do: entry ${by} of ${OBJECT} has IPAM ${type ?? ''}, which is as good.`;
      return before === null
        ? `Nothing to do: there is no entry ${name} in ${OBJECT}.`
        : `Nothing to do: entry ${name} of ${OBJECT} says that already.`;
  }
}
