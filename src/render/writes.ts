import type { PlannedWrite } from '../reconcile/release/dry-run.js';
import { grouped } from './number.js';
import { safe } from './safe.js';

/** The writes of a dry run, each as the API server would get it: a line that names it, then its body as JSON. */
export function writesText(writes: readonly PlannedWrite[]): string {
  return writes
    .map(({ verb, resource, namespace, name, body, refusal }) => {
      const head = `${verb} ${resource} ${safe(namespace)}/${safe(name)}`;
      const lines = Array.isArray(body)
        ? ['[', body.map((operation) => `  ${safe(JSON.stringify(operation))}`).join(',\n'), ']']
        : [safe(JSON.stringify(body))];
      return [head, ...lines, ...(refusal === null ? [] : [`refused: ${safe(refusal)}`]), ''].join('\n');
    })
    .join('\n');
}

/** The sentence under a dry run. */
export function writesClosing(writes: readonly PlannedWrite[], asked: boolean): string[] {
  if (writes.length === 0) return ['Nothing to release; nothing was changed.'];
  const refused = writes.filter(({ refusal }) => refusal !== null).length;
  const said = !asked
    ? ''
    : refused === 0
      ? '; the API server would take all of them'
      : `; the API server would refuse ${grouped(refused)}`;
  return [
    `Nothing was changed. ${grouped(writes.length)} ${writes.length === 1 ? 'write' : 'writes'} would be sent${said}.`,
  ];
}
