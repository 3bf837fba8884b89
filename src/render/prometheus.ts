import { safe } from './safe.js';

/** One line of a metric. A null value is unknown, and no line is written for it. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string | null>>;
  readonly value: number | bigint | null;
}

/** The kinds of metric that a snapshot of counts needs. */
export type MetricType = 'gauge' | 'counter' | 'untyped';

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;

/** One metric family in Prometheus' text exposition format 0.0.4, with its line feed at the end. */
export function metric(name: string, help: string, type: MetricType, samples: readonly Sample[]): string {
  if (!METRIC_NAME.test(name)) throw new RangeError(`not a metric name: ${name}`);
  const lines = [`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${type}`];
  for (const { labels, value } of samples) {
    if (value !== null) lines.push(`${name}${labelText(labels)} ${valueText(value)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Which cluster a sample is of, where there are several. */
export function clusterLabel(cluster: string | undefined): Readonly<Record<string, string>> {
  return cluster === undefined ? {} : { cluster };
}

/** An absent label and an empty one are the same to Prometheus, so null is left out. */
function labelText(labels: Sample['labels']): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(labels ?? {})) {
    if (!LABEL_NAME.test(name)) throw new RangeError(`not a label name: ${name}`);
    if (value !== null) parts.push(`${name}="${escapeLabel(value)}"`);
  }
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

function valueText(value: number | bigint): string {
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  return value.toString();
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

/** A line feed has an escape of its own here; other control characters have none and become visible first. */
function escapeLabel(text: string): string {
  return text
    .split('\n')
    .map((line) => safe(line).replaceAll('\\', '\\\\').replaceAll('"', '\\"'))
    .join('\\n');
}
