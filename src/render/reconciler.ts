import type { ReconcilerPod } from '../openshift/reconciler-pods.js';
import type { ConfiguredSchedule, ReconcilerStatus } from '../openshift/reconciler-status.js';
import type { ScheduleFacts } from '../openshift/schedule-document.js';
import { safe } from './safe.js';
import { paint, type Role } from './style.js';
import { table, type TableText } from './table.js';
import type { Screen } from './terminal.js';
import { relative } from './time.js';
import { wrap } from './wrap.js';

interface View {
  readonly screen: Screen;
  readonly wide: boolean;
  readonly noHeaders: boolean;
}

/** Columns of a line's sign and name. */
const LABEL = 13;

type Sign = 'good' | 'bad' | 'open';

/** What marks a line; in a C locale words of the same width. */
const SIGNS: Readonly<Record<Sign, readonly [unicode: string, ascii: string, role: Role]>> = {
  good: ['✓ ', 'ok', 'good'],
  bad: ['✗ ', '!!', 'bad'],
  open: ['- ', '--', 'dim'],
};

function line(screen: Screen, sign: Sign, name: string, text: string): string {
  const [unicode, ascii, role] = SIGNS[sign];
  const mark = paint(screen, role, screen.unicode ? unicode : ascii);
  const [first = '', ...more] = wrap(`${' '.repeat(LABEL + 1)}${safe(text)}`, screen.width, LABEL + 1).split('\n');
  return [`${mark} ${name.padEnd(LABEL - 2)}${first.trimStart()}`, ...more].join('\n');
}

/** A schedule: in words, the next runs in UTC and in the reader's own time. */
export function scheduleText(facts: ScheduleFacts, screen: Screen): string {
  const lines = [
    facts.valid
      ? `${paint(screen, 'bold', safe(facts.expression))}   ${safe(facts.description ?? '')}`
      : `${paint(screen, 'bold', safe(facts.expression) || '(empty)')}   ${paint(screen, 'bad', 'refused')}: ${safe(facts.error ?? '')}`,
  ];
  if (facts.next.length > 0) {
    lines.push(
      '',
      'Next runs',
      ...facts.next.map((run) => `  ${run.replace('T', ' ').replace('Z', ' UTC')}${localOf(run)}`),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** The same moment on the reader's clock; nothing where that is UTC. */
function localOf(run: string): string {
  const at = new Date(run);
  if (at.getTimezoneOffset() === 0) return '';
  // Swedes write `2026-09-01 04:30:00`.
  const zone = new Intl.DateTimeFormat('en', { timeZoneName: 'short' })
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName');
  return `   ${new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' }).format(at)} ${zone?.value ?? 'local'}`;
}

/** Where the schedule is set. */
export function placeText({ source, configMap: { namespace, name, key }, foundBy }: ConfiguredSchedule): string {
  const place = `ConfigMap ${namespace}/${name}, key ${key}`;
  const by = { volume: '', flags: ' (named by flags)', usual: ' (the usual place; no workload tells)' }[foundBy];
  switch (source) {
    case 'configmap':
      return `${place}${by}`;
    case 'file':
      return `the file on each node, as ${place} is not set${by}`;
    case 'missing':
      return `nowhere: ${place} is not there${by}`;
    case 'unknown':
      return `${place}${by}, which may not be read`;
  }
}

/** The screen of `reconciler status`. */
export function statusScreen(status: ReconcilerStatus, view: View): TableText {
  const { screen } = view;
  const now = new Date(status.createdAt);
  const lines = [scheduleLine(status, screen), ...workloadLines(status, screen)];
  if (status.pods.length > 0) lines.push(forceLine(status, screen), lastRunLine(status, screen, now));
  if (status.nextRun !== null) {
    lines.push(line(screen, 'open', 'next run', `${relative(new Date(status.nextRun), now)} (${status.nextRun})`));
  }
  const shown = new Set(['no-workload', 'schedule-invalid', 'not-ready', 'not-in-force', 'all-failed']);
  for (const { code, message } of status.problems)
    if (!shown.has(code)) lines.push(line(screen, 'bad', 'problem', message));
  const head = `${lines.join('\n')}\n`;
  if (status.pods.length === 0) return { text: head, hiddenColumns: [] };
  const pods = podTable(status.pods, now, view);
  return { text: `${head}\n${pods.text}`, hiddenColumns: pods.hiddenColumns };
}

function scheduleLine({ configured, problems }: ReconcilerStatus, screen: Screen): string {
  const { schedule } = configured;
  const wrong = problems.find(({ code }) => code === 'schedule-invalid');
  const what = schedule === null ? '' : `${schedule.expression}, ${schedule.description ?? 'refused'}: `;
  const text =
    wrong === undefined
      ? `${what}set in ${placeText(configured)}`
      : `${wrong.message}; set in ${placeText(configured)}`;
  const sign = wrong !== undefined || configured.source === 'missing' ? 'bad' : schedule === null ? 'open' : 'good';
  return line(screen, sign, 'schedule', text);
}

function workloadLines({ workloads, problems }: ReconcilerStatus, screen: Screen): string[] {
  const none = problems.find(({ code }) => code === 'no-workload');
  const lines = workloads.map(({ kind, namespace, name, ready, desired, image }) => {
    const isWell = ready >= desired && desired > 0 && none === undefined;
    const text = `${kind} ${namespace}/${name}: ${ready.toString()} of ${desired.toString()} ready${image === null ? '' : `, ${image}`}`;
    return line(screen, isWell ? 'good' : 'bad', 'reconciler', text);
  });
  return none === undefined ? lines : [...lines, line(screen, 'bad', 'reconciler', none.message)];
}

function forceLine({ pods, problems }: ReconcilerStatus, screen: Screen): string {
  const wrong = problems.find(({ code }) => code === 'not-in-force');
  const yes = pods.filter(({ inForce }) => inForce === true).length;
  const open = pods.filter(({ inForce }) => inForce === null).length;
  const seen = `${yes.toString()} of ${pods.length.toString()} ${pods.length === 1 ? 'pod' : 'pods'}`;
  const unseen = open === 0 ? '' : `; not seen of ${open.toString()}`;
  if (wrong !== undefined) return line(screen, 'bad', 'in force', `${seen}: ${wrong.message}${unseen}`);
  return line(screen, open === 0 && yes > 0 ? 'good' : 'open', 'in force', `${seen}${unseen}`);
}

function lastRunLine({ lastRun, problems }: ReconcilerStatus, screen: Screen, now: Date): string {
  const wrong = problems.find(({ code }) => code === 'all-failed');
  if (lastRun === null) return line(screen, 'open', 'last run', 'not seen');
  const { startedAt, endedAt, result } = lastRun;
  const at = startedAt ?? endedAt;
  const when = at === null ? 'at a time that is not told' : `${relative(new Date(at), now)} (${at})`;
  if (wrong !== undefined) return line(screen, 'bad', 'last run', `${when}: ${wrong.message}`);
  return line(screen, result === 'failed' ? 'open' : 'good', 'last run', `${when}: ${result}`);
}

/** A line a pod: the schedule it goes by, its runs, what is wrong with it. */
export function podTable(pods: readonly ReconcilerPod[], now: Date, view: View): TableText {
  const when = (stamp: string | null): string =>
    stamp === null ? '' : view.wide ? stamp : relative(new Date(stamp), now);
  return table(
    pods,
    [
      { header: 'POD', value: ({ name }) => name, shorten: 'middle' },
      { header: 'NODE', value: ({ nodeName }) => nodeName ?? '', drop: 3, shorten: 'middle' },
      { header: 'SCHEDULE', value: ({ expression }) => expression ?? 'not seen' },
      { header: 'IN FORCE', value: forceWord, style: forceRole },
      { header: 'LAST RUN', value: ({ lastRun }) => when(lastRun?.startedAt ?? lastRun?.endedAt ?? null) },
      { header: 'RESULT', value: ({ lastRun }) => lastRun?.result ?? '' },
      { header: 'NEXT RUN', value: ({ nextRun }) => when(nextRun), drop: 2 },
      { header: 'RESTARTS', value: ({ restarts }) => restarts.toString(), align: 'right', drop: 1 },
      { header: 'WHY', value: whyOf, onlyIfAny: true, shorten: 'end', drop: 4 },
    ],
    view,
  );
}

function forceWord({ inForce, missedChange, crash }: ReconcilerPod): string {
  if (crash?.looping === true) return 'crashes';
  if (inForce === null) return 'not seen';
  return inForce ? 'yes' : missedChange ? 'missed' : 'not yet';
}

function forceRole(pod: ReconcilerPod): Role | undefined {
  const roles: Readonly<Record<string, Role>> = { crashes: 'bad', missed: 'bad', 'not yet': 'warn', 'not seen': 'dim' };
  return roles[forceWord(pod)];
}

function whyOf({ crash, unknown, lastRun }: ReconcilerPod): string {
  if (crash?.looping === true) return `exit code ${crash.exitCode?.toString() ?? '?'}: ${crash.meaning}`;
  return unknown ?? lastRun?.error ?? '';
}

/** What to do next. */
export function statusClosing(status: ReconcilerStatus, isOpenShift: boolean | null): string[] {
  const codes = new Set(status.problems.map(({ code }) => code));
  if (codes.has('no-workload') && status.workloads.length === 0) {
    return isOpenShift === true
      ? ['Have the operator deploy it: ipamctl shim apply whereabouts']
      : ["Deploy it as whereabouts' own manifests do: doc/crds/reconciler-deployment.yaml of its repository"];
  }
  const { configured, pods } = status;
  if (codes.has('schedule-invalid') || codes.has('schedule-missing') || codes.has('crash-loop')) {
    return ["Set a schedule that the scheduler takes: ipamctl reconciler schedule '30 4 * * *'"];
  }
  if (pods.some(({ missedChange }) => missedChange)) {
    return ['Have the pods that missed the change start anew: ipamctl reconciler schedule --restart-missed'];
  }
  const silent = pods.find(
    ({ startedAt, expression, log }) => startedAt !== null && expression === null && log !== 'none',
  );
  if (silent !== undefined) {
    const { namespace, name } = silent;
    return [`A new pod begins its log with its schedule: kubectl delete pod ${safe(name)} -n ${safe(namespace)}`];
  }
  if (configured.source === 'file' && codes.size === 0) {
    return ["Set a schedule of your own: ipamctl reconciler schedule '*/15 * * * *'"];
  }
  return [];
}
