import type { SnapshotResult } from '../snapshot/document.js';
import { grouped } from './number.js';
import { safe } from './safe.js';
import { table, type Column, type TableText } from './table.js';
import type { Screen } from './terminal.js';

interface View {
  readonly screen: Screen;
  readonly wide: boolean;
  readonly noHeaders: boolean;
}

/** Objects of one kind: how many, and whether all of them were read. */
interface Row {
  readonly resource: string;
  readonly count: number;
  readonly state: string;
  readonly isGap: boolean;
}

/** What `snapshot save` shows: each kind, and what could not be read. */
export function snapshotTable(result: SnapshotResult, view: View): TableText {
  const columns: Column<Row>[] = [
    { header: 'KIND', value: ({ resource }) => resource, shorten: 'middle' },
    { header: 'OBJECTS', value: ({ count }) => grouped(count), align: 'right' },
    { header: 'READ', value: ({ state }) => state, style: ({ isGap }) => (isGap ? 'warn' : undefined) },
  ];
  return table(rowsOf(result), columns, view);
}

function rowsOf({ collected, missing, logs }: SnapshotResult): Row[] {
  const rows = new Map<string, Row>();
  const names = new Set([...collected, ...missing].map(({ resource }) => resource));
  for (const resource of names) {
    const own = collected.filter((entry) => entry.resource === resource);
    const lacking = missing.filter((entry) => entry.resource === resource);
    const count = own.reduce((sum, entry) => sum + entry.count, 0);
    const [first] = lacking;
    const reasons = [...new Set(lacking.map(({ reason }) => reason.replaceAll('-', ' ')))].join(', ');
    const scope = own.every(({ name }) => name !== null)
      ? 'by name'
      : own.some((each) => each.namespace === null)
        ? 'all'
        : 'some namespaces';
    rows.set(resource, {
      resource,
      count: resource === LOGS ? logs.length : count,
      state: first === undefined ? scope : own.length === 0 ? reasons : `${scope}; ${reasons}`,
      isGap: lacking.some(({ reason }) => reason !== 'not-defined'),
    });
  }
  if (logs.length > 0 && !rows.has(LOGS)) {
    rows.set(LOGS, { resource: LOGS, count: logs.length, state: 'beginning and end', isGap: false });
  }
  return [...rows.values()];
}

const LOGS = 'pods/log';

/** What it is and how it is read. */
export function snapshotClosing(result: SnapshotResult): string[] {
  const { path, objects, bytes, redacted } = result;
  const size = bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.ceil(bytes / 1000).toString()} kB`;
  const names = redacted ? ' Names are hashed; addresses are not.' : '';
  return [
    `Saved ${grouped(objects)} objects to ${safe(path)} (${size}).${names}`,
    `Any command reads it: ipamctl reconcile --from ${safe(path)}`,
  ];
}
