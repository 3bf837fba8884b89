/**
 * `npm run monitoring`: writes examples/monitoring/, from one table of alerts: Prometheus' rules, the same as a
 * PrometheusRule of the operator, and a dashboard of Grafana.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { format } from 'prettier';

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly severity: 'critical' | 'warning' | 'info';
  readonly summary: string;
  /** What to do, as a command. */
  readonly action: string;
}

const ALERTS: readonly Alert[] = [
  {
    alert: 'IpamctlPoolFull',
    expr: 'ipamctl_pool_allocatable_addresses == 0',
    for: '5m',
    severity: 'critical',
    summary: 'Pool {{ $labels.pool }} has no address left: pods of its networks do not start.',
    action: 'ipamctl reconcile',
  },
  {
    alert: 'IpamctlPoolNearlyFull',
    expr: 'ipamctl_pool_used_ratio > 0.85 and ipamctl_pool_allocatable_addresses > 0',
    for: '30m',
    severity: 'warning',
    summary: 'Pool {{ $labels.pool }} is {{ $value | humanizePercentage }} full.',
    action: 'ipamctl pools show {{ $labels.pool }}',
  },
  {
    alert: 'IpamctlStaleAddresses',
    expr: 'ipamctl_pool_stale_addresses > 0',
    for: '1h',
    severity: 'warning',
    summary: 'Pool {{ $labels.pool }} holds {{ $value }} addresses for nobody.',
    action: 'ipamctl reconcile',
  },
  {
    alert: 'IpamctlPoolProblems',
    expr: 'ipamctl_pool_problems > 0',
    for: '30m',
    severity: 'warning',
    summary: 'Something is wrong with pool {{ $labels.pool }} itself.',
    action: 'ipamctl pools show {{ $labels.pool }}',
  },
  {
    alert: 'IpamctlNodesWithoutSlice',
    expr: 'ipamctl_slice_pool_nodes_without_slice > 0',
    for: '10m',
    severity: 'critical',
    summary: '{{ $value }} nodes have no slice of {{ $labels.slice_pool }}: pods of the network do not start there.',
    action: 'ipamctl slices show {{ $labels.slice_pool }}',
  },
  {
    alert: 'IpamctlSlicePoolMissing',
    expr: 'ipamctl_slice_pools_missing > 0',
    for: '10m',
    severity: 'critical',
    summary: '{{ $value }} networks with node slices have no slice pool: their pods do not start.',
    action: 'ipamctl slices ls',
  },
  {
    alert: 'IpamctlSliceNearlyFull',
    expr: 'ipamctl_slice_used_ratio > 0.85',
    for: '30m',
    severity: 'warning',
    summary: 'The slice {{ $labels.slice }} of node {{ $labels.node }} is {{ $value | humanizePercentage }} full.',
    action: 'ipamctl slices show {{ $labels.slice_pool }}',
  },
  {
    alert: 'IpamctlSlicesLeftOver',
    expr: 'ipamctl_slice_pool_leftover_addresses > 0',
    for: '1h',
    severity: 'info',
    summary:
      '{{ $value }} addresses of {{ $labels.slice_pool }} are held in pools of slices that no node has any more.',
    action: 'ipamctl slices show {{ $labels.slice_pool }}',
  },
  {
    alert: 'IpamctlAuditErrors',
    expr: 'ipamctl_audit_findings{severity="error"} > 0',
    for: '15m',
    severity: 'critical',
    summary: 'The audit finds {{ $value }} times {{ $labels.check }}.',
    action: 'ipamctl audit --check {{ $labels.check }}',
  },
  {
    alert: 'IpamctlIncomplete',
    expr: 'max without () ({__name__=~"ipamctl_(pools|slices|audit)_incomplete"}) == 1',
    for: '1h',
    severity: 'warning',
    summary: 'ipamctl could not read something: the other figures may be too low.',
    action: 'ipamctl doctor',
  },
  {
    alert: 'IpamctlMetricsOld',
    expr: 'time() - ipamctl_audit_timestamp_seconds > 7200',
    for: '10m',
    severity: 'warning',
    summary: 'The figures of ipamctl are {{ $value | humanizeDuration }} old: whatever writes them has stopped.',
    action: 'ipamctl doctor',
  },
];

interface Panel {
  readonly title: string;
  readonly expr: string;
  readonly legend: string;
  readonly unit: 'short' | 'percentunit' | 's';
  readonly type: 'timeseries' | 'stat' | 'table';
  readonly wide?: true;
}

const PANELS: readonly Panel[] = [
  { title: 'Pools', expr: 'count(ipamctl_pool_used_addresses)', legend: 'pools', unit: 'short', type: 'stat' },
  {
    title: 'Full pools',
    expr: 'count(ipamctl_pool_allocatable_addresses == 0) or vector(0)',
    legend: 'full',
    unit: 'short',
    type: 'stat',
  },
  {
    title: 'Stale addresses',
    expr: 'sum(ipamctl_pool_stale_addresses)',
    legend: 'stale',
    unit: 'short',
    type: 'stat',
  },
  {
    title: 'Findings at error',
    expr: 'sum(ipamctl_audit_findings{severity="error"})',
    legend: 'errors',
    unit: 'short',
    type: 'stat',
  },
  {
    title: 'Age of the figures',
    expr: 'time() - max(ipamctl_audit_timestamp_seconds)',
    legend: 'age',
    unit: 's',
    type: 'stat',
  },
  {
    title: 'Nodes without a slice',
    expr: 'sum(ipamctl_slice_pool_nodes_without_slice)',
    legend: 'nodes',
    unit: 'short',
    type: 'stat',
  },
  {
    title: 'The fullest pools',
    expr: 'topk(15, ipamctl_pool_used_ratio)',
    legend: '{{pool}}',
    unit: 'percentunit',
    type: 'timeseries',
    wide: true,
  },
  {
    title: 'Used addresses',
    expr: 'topk(15, ipamctl_pool_used_addresses)',
    legend: '{{pool}}',
    unit: 'short',
    type: 'timeseries',
  },
  {
    title: 'Stale addresses by pool',
    expr: 'topk(15, ipamctl_pool_stale_addresses > 0)',
    legend: '{{pool}}',
    unit: 'short',
    type: 'timeseries',
  },
  {
    title: 'The fullest slices',
    expr: 'topk(15, ipamctl_slice_used_ratio)',
    legend: '{{slice_pool}} on {{node}}',
    unit: 'percentunit',
    type: 'timeseries',
  },
  {
    title: 'Findings by check',
    expr: 'sum by (check, severity) (ipamctl_audit_findings > 0)',
    legend: '{{check}} ({{severity}})',
    unit: 'short',
    type: 'timeseries',
  },
];

const HEADER = '# Written by `npm run monitoring`.\n';

function groups(): object {
  return {
    groups: [
      {
        name: 'ipamctl',
        rules: ALERTS.map(({ alert, expr, severity, summary, action, ...rest }) => ({
          alert,
          expr,
          for: rest.for,
          labels: { severity },
          annotations: { summary, description: `${summary} Look at it with: ${action}` },
        })),
      },
    ],
  };
}

function dashboard(): object {
  let [x, y] = [0, 0];
  const panels = PANELS.map((panel, index) => {
    const [w, h] = panel.type === 'stat' ? [4, 4] : [panel.wide === true ? 24 : 12, 8];
    if (x + w > 24) {
      x = 0;
      y += index > 0 && PANELS[index - 1]?.type === 'stat' ? 4 : 8;
    }
    const at = { x, y, w, h };
    x += w;
    return {
      id: index + 1,
      title: panel.title,
      type: panel.type,
      datasource: { type: 'prometheus', uid: '${datasource}' },
      gridPos: at,
      fieldConfig: { defaults: { unit: panel.unit, min: 0 }, overrides: [] },
      targets: [
        {
          refId: 'A',
          datasource: { type: 'prometheus', uid: '${datasource}' },
          expr: panel.expr,
          legendFormat: panel.legend,
          instant: panel.type === 'stat',
        },
      ],
    };
  });
  return {
    uid: 'ipamctl',
    title: 'Secondary networks: addresses',
    tags: ['ipamctl'],
    schemaVersion: 39,
    editable: true,
    refresh: '1m',
    time: { from: 'now-24h', to: 'now' },
    templating: {
      list: [{ name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', refresh: 1 }],
    },
    panels,
  };
}

/** The files of the folder and what is in them. */
export async function monitoringFiles(): Promise<Record<string, string>> {
  const rule = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'ipamctl', labels: { 'app.kubernetes.io/name': 'ipamctl' } },
    spec: groups(),
  };
  const options = { lineWidth: 0 };
  return {
    'alerts.yaml': HEADER + stringify(groups(), options),
    'prometheus-rule.yaml': HEADER + stringify(rule, options),
    'dashboard.json': await format(JSON.stringify(dashboard()), { parser: 'json', printWidth: 120 }),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join(resolve(dirname(fileURLToPath(import.meta.url)), '..'), 'examples', 'monitoring');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(await monitoringFiles())) writeFileSync(join(folder, name), text);
}
