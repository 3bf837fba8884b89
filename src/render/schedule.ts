import type { ScheduleChange } from '../openshift/reconciler-change.js';
import type { SchedulePlace } from '../openshift/reconciler-source.js';
import type { ScheduleResult } from '../openshift/schedule-result.js';
import { unifiedDiff } from './diff.js';
import { placeText, podTable, scheduleText } from './reconciler.js';
import { safe, safeLines } from './safe.js';
import type { TableText } from './table.js';
import type { Screen } from './terminal.js';

/** What a change is shown by. */
export interface ChangeView {
  readonly place: SchedulePlace;
  readonly diff: boolean;
  /** The ConfigMap's data before; null: there was no such ConfigMap. */
  readonly data: Readonly<Record<string, unknown>> | null;
}

/** A change of the schedule, before anybody agrees to it. */
export function changeText({ before, after }: ScheduleChange, view: ChangeView, screen: Screen): string {
  if (view.diff) return diffText(after, view);
  const { namespace, configMap, key } = view.place;
  const arrow = screen.unicode ? '→' : '->';
  return `ConfigMap ${safe(`${namespace}/${configMap}, key ${key}`)}: ${safe(before ?? 'not set')} ${arrow} ${safe(after ?? 'not set')}\n`;
}

function diffText(after: string | null, { place: { namespace, configMap, key }, data }: ChangeView): string {
  const text = (entries: Readonly<Record<string, unknown>>): string => {
    const lines = Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1));
    return `data:\n${lines.map(([name, value]) => `  ${name}: ${JSON.stringify(value)}\n`).join('')}`;
  };
  const others = Object.fromEntries(Object.entries(data ?? {}).filter(([name]) => name !== key));
  const then = after === null ? others : { ...others, [key]: after };
  return safeLines(unifiedDiff(`ConfigMap ${namespace}/${configMap}`, data === null ? '' : text(data), text(then)));
}

/** The screen of `reconciler schedule`. */
export function resultScreen(
  result: ScheduleResult,
  view: ChangeView,
  shown: { readonly screen: Screen; readonly wide: boolean; readonly noHeaders: boolean },
): TableText {
  const { configured, pods, write, dryRun, before, result: done } = result;
  const { screen } = shown;
  const parts: string[] = [];
  if (configured.schedule !== null) parts.push(scheduleText(configured.schedule, screen));
  parts.push(`${configured.schedule === null ? 'The schedule is set' : 'Set'} in ${safe(placeText(configured))}\n`);
  if (done !== null && done !== 'unchanged' && view.diff) {
    parts.push(diffText(done === 'unset' ? null : (configured.schedule?.expression ?? null), view));
  }
  if (write !== null && dryRun !== null) {
    const { namespace, configMap } = view.place;
    parts.push(
      `${write.verb} configmaps ${safe(`${namespace}/${configMap}`)}\n${safeLines(JSON.stringify(write.body, null, 2))}\n`,
    );
  }
  if (done !== null && done !== 'unchanged' && before !== null && dryRun === null)
    parts.push(`It was ${safe(before)}\n`);
  if (pods.length === 0) return { text: parts.join('\n'), hiddenColumns: [] };
  const table = podTable(pods, new Date(result.createdAt), shown);
  return { text: [...parts, table.text].join('\n'), hiddenColumns: table.hiddenColumns };
}

/** What it came to, and what to do next. */
export function resultClosing(
  result: ScheduleResult,
  ended: 'in-force' | 'missed' | 'blind' | 'time-is-up' | undefined,
  isOpenShift: boolean | null,
): string[] {
  const { pods, dryRun, restarted } = result;
  const closing: string[] = [];
  const done = doneText(result);
  if (done !== null) closing.push(done);
  for (const { namespace, name, result: came, error } of restarted) {
    closing.push(
      `pod ${namespace}/${name}: ${came === 'deleted' && dryRun !== null ? 'would be deleted' : came}${error === null ? '' : `, ${error}`}`,
    );
  }
  const there = pods.filter(({ inForce }) => inForce === true).length;
  const of = `${there.toString()} of ${pods.length.toString()} ${pods.length === 1 ? 'pod' : 'pods'}`;
  if (ended === 'in-force') closing.push(`In force on ${of}.`);
  if (ended === 'blind')
    closing.push('Whether it is in force could not be seen: the logs of the pods may not be read.');
  if (ended === 'time-is-up' || ended === 'missed') closing.push(`In force on ${of} when the time was up.`);
  if (pods.some(({ missedChange }) => missedChange)) {
    closing.push('Have the pods that missed the change start anew: ipamctl reconciler schedule --restart-missed');
  } else if (
    ended === undefined &&
    done !== null &&
    dryRun === null &&
    pods.length > 0 &&
    result.result !== 'unchanged'
  ) {
    closing.push('It reaches the pods within two minutes; see whether it did: ipamctl reconciler status');
  }
  if (pods.length === 0 && done === null && isOpenShift === true)
    closing.push('Have the operator deploy it: ipamctl shim apply whereabouts');
  return closing;
}

function doneText({ result, dryRun, configured: { configMap } }: ScheduleResult): string | null {
  const place = `ConfigMap ${configMap.namespace}/${configMap.name}`;
  const by =
    dryRun === null
      ? ''
      : dryRun === 'server'
        ? ' (server dry run: nothing was written)'
        : ' (dry run: nothing was sent)';
  switch (result) {
    case 'created':
      return `${place} created with the schedule${by}.`;
    case 'changed':
      return `The schedule in ${place} was changed${by}.`;
    case 'unset':
      return `The schedule was taken out of ${place}${by}.`;
    case 'unchanged':
      return `It is set so already; nothing was changed.`;
    case null:
      return null;
  }
}
