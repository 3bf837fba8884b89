/**
 * Clusters that show where a check begins and ends to report, beside its own two examples. Each is there for a condition
 * of the check: `mutants.ts` says which condition no cluster tells from a broken one.
 */
import {
  attachedPod,
  entry,
  HEALTHY,
  ipPool,
  ipReservation,
  lease,
  node,
  reconcilerExample,
  reconcilerWorkload,
  whereaboutsDaemonSet,
  whereaboutsNad,
} from '../../src/audit/examples.js';
import type { AuditSettings, Example } from '../../src/audit/model.js';
import { slicedNad, SLICED, slicePool } from '../../src/audit/slice-examples.js';
import type { KubeObject } from '../../src/cluster/port.js';
import type { Severity } from '../../src/lint/model.js';

/** A cluster, and what one check finds on it. */
export interface Case {
  readonly said: string;
  readonly cluster: Pick<Example, 'objects' | 'logs'> & {
    /** Kinds that the API server does not know, as `PLURAL.GROUP`. */
    readonly undefined?: readonly string[];
  };
  readonly settings?: Partial<AuditSettings>;
  /** `SEVERITY KIND/NAME`, with ` ADDRESS` where it is about one, and `: COMMAND` where that mends it. */
  readonly finds: readonly string[];
}

/** How grave each check is. */
export const SEVERITY_OF: Readonly<Record<string, Severity>> = {
  'audit/allocation-without-reservation': 'warning',
  'audit/capacity': 'warning',
  'audit/collection-failed-event': 'info',
  'audit/crd-drift': 'error',
  'audit/duplicate-allocation': 'error',
  'audit/duplicate-live-ip': 'error',
  'audit/finished-pod': 'info',
  'audit/foreign-namespace': 'warning',
  'audit/invalid-offset': 'warning',
  'audit/invalid-podref': 'warning',
  'audit/invalid-pool-range': 'error',
  'audit/lease-contention': 'info',
  'audit/leftover-slice-pool': 'warning',
  'audit/lost-node': 'warning',
  'audit/missing-ifname': 'info',
  'audit/missing-network-status': 'warning',
  'audit/missing-slice-pool': 'error',
  'audit/object-size': 'warning',
  'audit/orphan-pool': 'info',
  'audit/outside-window': 'info',
  'audit/owner-mismatch': 'error',
  'audit/pending-for-address': 'error',
  'audit/reconciler-missing': 'error',
  'audit/reconciler-not-running': 'warning',
  'audit/reservation-without-allocation': 'warning',
  'audit/schedule-not-in-force': 'warning',
  'audit/slice-node-mismatch': 'error',
  'audit/stale-allocation': 'warning',
  'audit/unmasked-pool-range': 'warning',
  'audit/untracked-live-ip': 'error',
};

const POOL = ipPool('10.0.0.0/24', { 5: entry('default/web') });
const GUARD = ipReservation('10.0.0.5', 'default/web');
const WEB = attachedPod('web', { shows: [['tenant', '10.0.0.5']] });
const TENANT = whereaboutsNad('tenant', { range: '10.0.0.0/24' });
const NODE = node('node-a');

function withMetadata(object: KubeObject, metadata: object): KubeObject {
  return { ...object, metadata: { ...object.metadata, ...metadata } };
}

/** Which moment a snapshot is of: the newest that an object tells. */
function moment(creationTimestamp: string): KubeObject {
  return withMetadata(node('clock'), { creationTimestamp });
}

/** The first addresses of a pool, held by pods p1, p2, … that show them. */
function holding(count: number, ipam: Readonly<Record<string, unknown>>, first = 1): KubeObject[] {
  const keys = Array.from({ length: count }, (_, index) => index + first);
  const range = String(ipam['range']);
  return [
    whereaboutsNad('tenant', ipam),
    ipPool(range, Object.fromEntries(keys.map((key) => [key, entry(`default/p${key.toString()}`)]))),
    ...keys.flatMap((key) => [
      ipReservation(`10.0.0.${key.toString()}`, `default/p${key.toString()}`),
      attachedPod(`p${key.toString()}`, { shows: [['tenant', `10.0.0.${key.toString()}`]] }),
    ]),
    NODE,
  ];
}

const FULL = holding(6, { range: '10.0.0.0/29' });

/** A network of two ranges that overlap, each with one entry for 10.0.0.5. */
function overlapping(first: string, second: string, ipam: Readonly<Record<string, unknown>> = {}): KubeObject[] {
  return [
    whereaboutsNad('all', { range: '10.0.0.0/24', network_name: 'red', ...ipam }),
    whereaboutsNad('half', { range: '10.0.0.0/25', network_name: 'red', ...ipam }),
    ipPool('10.0.0.0/24', { 5: entry(first) }, { name: 'red-10.0.0.0-24' }),
    ipPool('10.0.0.0/25', { 5: entry(second) }, { name: 'red-10.0.0.0-25' }),
  ];
}

/** A definition, of the schema of its `spec`. */
function definition(plural: string, kind: string, spec: object): KubeObject {
  const group = 'whereabouts.cni.cncf.io';
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', ...spec } } } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, uid: `definition-${plural}` },
    spec: { group, names: { kind, plural }, versions: [{ name: 'v1alpha1', served: true, storage: true, schema }] },
  };
}

const ENTRY = { id: {}, podref: {}, ifname: {} };
function poolDefinition(additionalProperties: unknown, spec: object = {}): KubeObject {
  return definition('ippools', 'IPPool', { properties: { allocations: { additionalProperties } }, ...spec });
}
function reservationDefinition(properties: object, required: readonly string[]): KubeObject {
  return definition('overlappingrangeipreservations', 'OverlappingRangeIPReservation', { properties, required });
}

const CRDS = 'https://raw.githubusercontent.com/k8snetworkplumbingwg/whereabouts/v0.9.4/doc/crds';
const APPLY_POOLS = `kubectl apply -f ${CRDS}/whereabouts.cni.cncf.io_ippools.yaml`;
const APPLY_RESERVATIONS = `kubectl apply -f ${CRDS}/whereabouts.cni.cncf.io_overlappingrangeipreservations.yaml`;
const APPLY_SLICES = `kubectl apply -f ${CRDS}/whereabouts.cni.cncf.io_nodeslicepools.yaml`;
const POOLS_CRD = 'CustomResourceDefinition/ippools.whereabouts.cni.cncf.io';
const RESERVATIONS_CRD = 'CustomResourceDefinition/overlappingrangeipreservations.whereabouts.cni.cncf.io';
const SLICES_CRD = 'CustomResourceDefinition/nodeslicepools.whereabouts.cni.cncf.io';
const NADS_CRD = 'CustomResourceDefinition/network-attachment-definitions.k8s.cni.cncf.io';

/** A plugin of that version, and what reconciles beside it. */
function plugin(tag: string): KubeObject[] {
  return [...HEALTHY, whereaboutsDaemonSet(tag), reconcilerWorkload('Deployment')];
}

/** An entry and a lone reservation for each owner: gone, finished, and on a node that does not report. */
const OWNERS: readonly KubeObject[] = [
  TENANT,
  ipPool('10.0.0.0/24', {
    5: entry('default/web'),
    6: entry('default/gone'),
    7: entry('default/job'),
    8: entry('default/cut-off'),
  }),
  GUARD,
  WEB,
  ipReservation('10.0.0.6', 'default/gone'),
  ipReservation('10.0.0.7', 'default/job'),
  attachedPod('job', { shows: [['tenant', '10.0.0.7']], phase: 'Succeeded' }),
  ipReservation('10.0.0.8', 'default/cut-off'),
  attachedPod('cut-off', {
    shows: [['tenant', '10.0.0.8']],
    node: 'node-b',
    deletionTimestamp: '2026-03-01T11:30:00Z',
  }),
  ipReservation('10.0.0.16', 'default/gone'),
  ipReservation('10.0.0.17', 'default/job'),
  ipReservation('10.0.0.18', 'default/cut-off'),
  ipReservation('10.0.0.19', 'default/web'),
  NODE,
  node('node-b', 'Unknown'),
];

/** The Lease of the plugin, made at 08:00, with so many transitions. */
function busyLease(name: string, leaseTransitions: number, creationTimestamp = '2026-03-01T08:00:00Z'): KubeObject {
  const object = lease(name);
  const spec = object['spec'] as object;
  return withMetadata({ ...object, spec: { ...spec, leaseTransitions } }, { creationTimestamp });
}

const NOON = moment('2026-03-01T12:00:00Z');

/** A pod that has been Pending since then, and what was said of it. */
function waiting(since: string, message: string, uid = 'pod-late', namespace = 'default'): KubeObject[] {
  const pod = attachedPod('late', { asks: 'tenant', phase: 'Pending' });
  return [
    TENANT,
    NODE,
    NOON,
    withMetadata(pod, { creationTimestamp: since }),
    {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'late.1', namespace, uid: 'event-late' },
      reason: 'FailedCreatePodSandBox',
      message,
      count: 3,
      lastTimestamp: '2026-03-01T11:59:00Z',
      involvedObject: { kind: 'Pod', namespace, name: 'late', ...(uid === '' ? {} : { uid }) },
    },
  ];
}
const NO_ADDRESS = 'error at storage engine: Could not allocate IP in range';
const LATE = ['error Pod/late'];

/** A reconciler whose pod is in that state, and the ConfigMap of the schedule. */
function reconcilerIn(configured: string, containerStatus: object): Case['cluster'] {
  const { objects, logs } = reconcilerExample(HEALTHY, configured, configured, ['04:30']);
  return {
    logs,
    objects: objects.map((object) => {
      if (object.kind !== 'Pod' || object.metadata.uid !== 'pod-reconciler') return object;
      const container = { name: 'whereabouts-reconciler', ready: false, restartCount: 9, ...containerStatus };
      return { ...object, status: { phase: 'Running', containerStatuses: [container] } };
    }),
  };
}
const CRASHING = {
  state: { waiting: { reason: 'CrashLoopBackOff' } },
  lastState: { terminated: { exitCode: 3, reason: 'Error', finishedAt: '2026-03-01T09:00:00Z' } },
};

const VM = { 'vm.kubevirt.io/name': 'vm' };
const RELEASE_5 = 'ipamctl ips release --pool kube-system/10.0.0.0-24 --key';

export const CASES: Readonly<Record<string, readonly Case[]>> = {
  'audit/allocation-without-reservation': [
    {
      said: 'that of a named network is deleted by each run of the reconciler',
      cluster: {
        objects: [
          whereaboutsNad('tenant', { range: '10.0.0.0/24', network_name: 'red' }),
          ipPool('10.0.0.0/24', { 5: entry('default/web') }, { name: 'red-10.0.0.0-24' }),
          WEB,
          NODE,
        ],
      },
      finds: ['info IPPool/red-10.0.0.0-24 10.0.0.5: ipamctl audit --fix allocation-without-reservation'],
    },
    {
      said: 'a network that makes none',
      cluster: {
        objects: [
          whereaboutsNad('tenant', { range: '10.0.0.0/24', enable_overlapping_ranges: false }),
          POOL,
          WEB,
          NODE,
        ],
      },
      finds: [],
    },
    {
      said: 'the pod does not show the address',
      cluster: { objects: [TENANT, POOL, attachedPod('web'), NODE] },
      finds: [],
    },
  ],
  'audit/capacity': [
    { said: 'a window of six is full by design', cluster: { objects: FULL }, finds: [] },
    {
      said: 'and a pod waits for it',
      cluster: { objects: [...FULL, attachedPod('late', { asks: 'tenant', phase: 'Pending' })] },
      finds: ['error NetworkAttachmentDefinition/tenant'],
    },
    {
      said: 'a pod that runs waits for nothing',
      cluster: { objects: [...FULL, attachedPod('late', { asks: 'tenant' })] },
      finds: [],
    },
    {
      said: 'one that is Pending and has its networks waits for something else',
      cluster: { objects: [...FULL, attachedPod('late', { shows: [['tenant', '10.0.0.6']], phase: 'Pending' })] },
      finds: [],
    },
    {
      said: 'a window of eight is large enough to run full',
      cluster: { objects: holding(8, { range: '10.0.0.0/24', range_start: '10.0.0.1', range_end: '10.0.0.8' }) },
      finds: ['error NetworkAttachmentDefinition/tenant'],
    },
    {
      said: '19 of 20 are 95 %',
      cluster: { objects: holding(19, { range: '10.0.0.0/24', range_start: '10.0.0.1', range_end: '10.0.0.20' }) },
      finds: ['error NetworkAttachmentDefinition/tenant'],
    },
    {
      said: '8 of 10 are 80 %',
      cluster: { objects: holding(8, { range: '10.0.0.0/24', range_start: '10.0.0.1', range_end: '10.0.0.10' }) },
      finds: ['warning NetworkAttachmentDefinition/tenant'],
    },
    {
      said: '79 % is asked for less than that',
      cluster: { objects: holding(8, { range: '10.0.0.0/24', range_start: '10.0.0.1', range_end: '10.0.0.10' }) },
      settings: { capacityWarning: 81 },
      finds: [],
    },
  ],
  'audit/crd-drift': [
    {
      said: 'definitions that drop owner and interface',
      cluster: {
        objects: [...plugin('v0.9.4'), poolDefinition({ properties: { id: {} } }), reservationDefinition({}, [])],
      },
      finds: [
        `error ${POOLS_CRD}: ${APPLY_POOLS}`,
        `error ${POOLS_CRD}: ${APPLY_POOLS}`,
        `error ${RESERVATIONS_CRD}: ${APPLY_RESERVATIONS}`,
        `error ${RESERVATIONS_CRD}: ${APPLY_RESERVATIONS}`,
      ],
    },
    {
      said: 'no interface, of a plugin that writes none',
      cluster: {
        objects: [
          ...plugin('v0.7.0'),
          poolDefinition({ properties: { id: {}, podref: {} } }),
          reservationDefinition({ podref: {}, containerid: {} }, ['containerid', 'podref']),
        ],
      },
      finds: [],
    },
    {
      said: 'neither, and no image tells the version',
      cluster: {
        objects: [
          ...HEALTHY,
          poolDefinition({ properties: { id: {}, podref: {} } }),
          reservationDefinition({ podref: {}, ifname: {}, containerid: {} }, ['containerid', 'podref']),
        ],
      },
      finds: [`info ${POOLS_CRD}`, `info ${RESERVATIONS_CRD}`],
    },
    {
      said: 'a reservation has to have what no plugin writes',
      cluster: {
        objects: [
          ...plugin('v0.9.4'),
          reservationDefinition({ podref: {}, ifname: {} }, ['podref', 'ifname', 'range']),
        ],
      },
      finds: [`error ${RESERVATIONS_CRD}: ${APPLY_RESERVATIONS}`],
    },
    {
      said: 'a pool has to have its range',
      cluster: {
        objects: [...plugin('v0.9.4'), poolDefinition({ properties: ENTRY }, { required: ['range', 'containerid'] })],
      },
      finds: [],
    },
    {
      said: 'whatever is written is kept',
      cluster: {
        objects: [
          ...plugin('v0.9.4'),
          definition('ippools', 'IPPool', { 'x-kubernetes-preserve-unknown-fields': true }),
        ],
      },
      finds: [],
    },
    {
      said: 'an entry may be anything',
      cluster: { objects: [...plugin('v0.9.4'), poolDefinition(true)] },
      finds: [],
    },
    {
      said: 'an entry may not be, or is not described',
      cluster: { objects: [...plugin('v0.9.4'), poolDefinition(false)] },
      finds: [`error ${POOLS_CRD}: ${APPLY_POOLS}`, `error ${POOLS_CRD}: ${APPLY_POOLS}`],
    },
    {
      said: 'nor where it is null',
      cluster: { objects: [...plugin('v0.9.4'), poolDefinition(null)] },
      finds: [`error ${POOLS_CRD}: ${APPLY_POOLS}`, `error ${POOLS_CRD}: ${APPLY_POOLS}`],
    },
    {
      said: 'a reservation has to have what the plugin writes',
      cluster: {
        objects: [...plugin('v0.9.4'), reservationDefinition({ podref: {}, ifname: {} }, ['podref', 'ifname'])],
      },
      finds: [],
    },
    {
      said: 'a reservation has to have its container, as older plugins wrote it',
      cluster: {
        objects: [
          ...plugin('v0.9.4'),
          reservationDefinition({ podref: {}, ifname: {}, containerid: {} }, ['containerid', 'podref']),
        ],
      },
      finds: [`error ${RESERVATIONS_CRD}: ${APPLY_RESERVATIONS}`],
    },
    {
      said: 'a field is described by nothing',
      cluster: { objects: [...plugin('v0.9.4'), poolDefinition({ properties: { ...ENTRY, podref: null } })] },
      finds: [`error ${POOLS_CRD}: ${APPLY_POOLS}`],
    },
    {
      said: 'no reservations are defined',
      cluster: {
        objects: plugin('v0.9.4').filter(({ kind }) => kind !== 'OverlappingRangeIPReservation'),
        undefined: ['overlappingrangeipreservations.whereabouts.cni.cncf.io'],
      },
      finds: [`error ${RESERVATIONS_CRD}: ${APPLY_RESERVATIONS}`],
    },
    {
      said: 'no node slices are defined, and nobody needs them',
      cluster: { objects: plugin('v0.9.4'), undefined: ['nodeslicepools.whereabouts.cni.cncf.io'] },
      finds: [],
    },
    {
      said: 'no node slices are defined, and a network is cut into them',
      cluster: {
        objects: [...plugin('v0.9.4').filter(({ kind }) => kind !== 'NetworkAttachmentDefinition'), slicedNad()],
        undefined: ['nodeslicepools.whereabouts.cni.cncf.io'],
      },
      finds: [`error ${SLICES_CRD}: ${APPLY_SLICES}`],
    },
    {
      said: 'no NADs are defined',
      cluster: {
        objects: plugin('v0.9.4').filter(({ kind }) => kind !== 'NetworkAttachmentDefinition'),
        undefined: ['network-attachment-definitions.k8s.cni.cncf.io'],
      },
      finds: [`error ${NADS_CRD}`],
    },
  ],
  'audit/duplicate-allocation': [
    { said: 'both for the same pod', cluster: { objects: overlapping('default/web', 'default/web') }, finds: [] },
    {
      said: 'of a pod that one of two pools has twice, nothing is said here',
      cluster: {
        objects: [
          ...overlapping('default/web', 'default/web').slice(0, 2),
          ipPool('10.0.0.0/24', { 5: entry('default/a'), '05': entry('default/b') }, { name: 'red-10.0.0.0-24' }),
          ipPool('10.0.0.0/25', {}, { name: 'red-10.0.0.0-25' }),
        ],
      },
      finds: [],
    },
    {
      said: 'where the guard was turned off it is to be expected',
      cluster: { objects: overlapping('default/web', 'default/other', { enable_overlapping_ranges: false }) },
      finds: ['info IPPool/red-10.0.0.0-25 10.0.0.5'],
    },
    {
      said: 'pools that no NAD draws from any more: whether the guard was on nobody knows',
      cluster: { objects: [POOL, ipPool('10.0.0.0/25', { 5: entry('default/other') })] },
      finds: ['error IPPool/10.0.0.0-25 10.0.0.5'],
    },
    {
      said: 'pools of a network that nobody tells',
      cluster: { objects: overlapping('default/web', 'default/other').slice(2) },
      finds: [],
    },
    {
      said: 'another range of the network lies apart',
      cluster: {
        objects: [
          ...overlapping('default/web', 'default/other'),
          whereaboutsNad('apart', { range: '10.1.0.0/24', network_name: 'red' }),
          ipPool('10.1.0.0/24', { 5: entry('default/third') }, { name: 'red-10.1.0.0-24' }),
        ],
      },
      finds: ['error IPPool/red-10.0.0.0-25 10.0.0.5'],
    },
  ],
  'audit/duplicate-live-ip': [
    {
      said: 'one of them is being deleted',
      cluster: {
        objects: [
          ...HEALTHY,
          attachedPod('other', { shows: [['tenant', '10.0.0.5']], deletionTimestamp: '2026-03-01T11:30:00Z' }),
        ],
      },
      finds: [],
    },
    {
      said: 'on networks of which nobody knows where their frames meet',
      cluster: {
        objects: [
          whereaboutsNad('odd', { range: '10.0.0.0/24' }, { type: 'custom' }),
          attachedPod('web', {
            shows: [
              ['odd', '10.0.0.5'],
              ['gone', '10.0.0.6'],
            ],
          }),
          attachedPod('other', {
            shows: [
              ['odd', '10.0.0.5'],
              ['gone', '10.0.0.6'],
            ],
          }),
          NODE,
        ],
      },
      finds: [],
    },
    {
      said: 'each has its own fe80::1',
      cluster: {
        objects: [
          ...HEALTHY,
          attachedPod('a', { shows: [['tenant', 'fe80::1']] }),
          attachedPod('b', { shows: [['tenant', 'fe80::1']] }),
        ],
      },
      finds: [],
    },
    {
      said: 'on interfaces that do not meet',
      cluster: {
        objects: [
          TENANT,
          whereaboutsNad('apart', { range: '10.0.0.0/24' }, { master: 'eth2' }),
          WEB,
          attachedPod('other', { shows: [['apart', '10.0.0.5']] }),
          NODE,
        ],
      },
      finds: [],
    },
    {
      said: 'on interfaces that do not meet, of networks of one name',
      cluster: {
        objects: [
          whereaboutsNad('tenant', { range: '10.0.0.0/24', network_name: 'red' }),
          whereaboutsNad('apart', { range: '10.0.0.0/24', network_name: 'red' }, { master: 'eth2' }),
          WEB,
          attachedPod('other', { shows: [['apart', '10.0.0.5']] }),
          NODE,
        ],
      },
      finds: ['error Pod/other 10.0.0.5'],
    },
    {
      said: 'a virtual machine migrates',
      cluster: {
        objects: [
          TENANT,
          attachedPod('launcher-1', { shows: [['tenant', '10.0.0.5']], labels: VM }),
          attachedPod('launcher-2', { shows: [['tenant', '10.0.0.5']], labels: VM }),
          NODE,
        ],
      },
      finds: [],
    },
    {
      said: 'of two the pools name one: the other is to go',
      cluster: { objects: [...HEALTHY, attachedPod('other', { shows: [['tenant', '10.0.0.5']] })] },
      finds: ['error Pod/other 10.0.0.5: kubectl delete pod -n default other'],
    },
    {
      said: 'of three the pools name one: which of the others is to go nobody says',
      cluster: {
        objects: [
          ...HEALTHY,
          attachedPod('a', { shows: [['tenant', '10.0.0.5']] }),
          attachedPod('b', { shows: [['tenant', '10.0.0.5']] }),
        ],
      },
      finds: ['error Pod/a 10.0.0.5'],
    },
    {
      said: 'of three the pools name two',
      cluster: {
        objects: [
          ...overlapping('default/web', 'default/b'),
          whereaboutsNad('tenant', { range: '10.0.0.0/24', network_name: 'red' }),
          WEB,
          attachedPod('a', { shows: [['tenant', '10.0.0.5']] }),
          attachedPod('b', { shows: [['tenant', '10.0.0.5']] }),
          NODE,
        ],
      },
      finds: ['error Pod/a 10.0.0.5'],
    },
    {
      said: 'the pools name neither of the two; the first by name is told',
      cluster: {
        objects: [
          TENANT,
          attachedPod('z', { shows: [['tenant', '10.0.0.5']] }),
          attachedPod('a', { shows: [['tenant', '10.0.0.5']] }),
          NODE,
        ],
      },
      finds: ['error Pod/a 10.0.0.5'],
    },
  ],
  'audit/finished-pod': [
    {
      said: 'among owners of all kinds',
      cluster: { objects: OWNERS },
      finds: [
        'info IPPool/10.0.0.0-24 10.0.0.7: ipamctl ips release 10.0.0.7 --pool kube-system/10.0.0.0-24 --include-completed',
      ],
    },
  ],
  'audit/invalid-offset': [
    {
      said: 'a key outside of the range, and those of its first and last address',
      cluster: {
        objects: [
          TENANT,
          ipPool('10.0.0.0/24', { 0: entry('default/a'), 255: entry('default/b'), 300: entry('default/c') }),
        ],
      },
      finds: [
        `warning IPPool/10.0.0.0-24 10.0.0.0: ${RELEASE_5} 0`,
        `warning IPPool/10.0.0.0-24 10.0.0.255: ${RELEASE_5} 255`,
        `warning IPPool/10.0.0.0-24 10.0.1.44: ${RELEASE_5} 300`,
      ],
    },
    {
      said: 'a key that is no number',
      cluster: { objects: [TENANT, ipPool('10.0.0.0/24', { web: entry('default/a') })] },
      finds: [`warning IPPool/10.0.0.0-24: ${RELEASE_5} web --force`],
    },
  ],
  'audit/lease-contention': [
    {
      said: '20 times a minute',
      cluster: { objects: [...HEALTHY, NOON, busyLease('whereabouts', 4800)] },
      finds: ['info Lease/whereabouts'],
    },
    { said: '19 times a minute', cluster: { objects: [...HEALTHY, NOON, busyLease('whereabouts', 4560)] }, finds: [] },
    {
      said: 'another Lease is as busy',
      cluster: { objects: [...HEALTHY, NOON, busyLease('10.0.0.0-24', 9600), busyLease('scheduler', 9600)] },
      finds: [],
    },
    {
      said: 'that of a slice',
      cluster: { objects: [...SLICED, NOON, busyLease('tenant-node-a-10.0.0.0-26', 9600)] },
      finds: ['info Lease/tenant-node-a-10.0.0.0-26'],
    },
    {
      said: 'one that came half a minute before',
      cluster: { objects: [...HEALTHY, NOON, busyLease('whereabouts', 100, '2026-03-01T11:59:30Z')] },
      finds: [],
    },
    {
      said: 'one that came a minute before',
      cluster: { objects: [...HEALTHY, NOON, busyLease('whereabouts', 100, '2026-03-01T11:59:00Z')] },
      finds: ['info Lease/whereabouts'],
    },
  ],
  'audit/leftover-slice-pool': [
    {
      said: 'nothing is held in it',
      cluster: { objects: [...SLICED, ipPool('10.0.0.64/26', {}, { name: 'tenant-node-a-10.0.0.64-26' })] },
      finds: [],
    },
  ],
  'audit/lost-node': [
    { said: 'among owners of all kinds', cluster: { objects: OWNERS }, finds: ['warning IPPool/10.0.0.0-24 10.0.0.8'] },
  ],
  'audit/missing-network-status': [
    {
      said: 'pods that are over, that go, and that have not begun',
      cluster: {
        objects: [
          TENANT,
          attachedPod('over', { asks: 'tenant', phase: 'Succeeded' }),
          attachedPod('going', { asks: 'tenant', deletionTimestamp: '2026-03-01T11:30:00Z' }),
          attachedPod('coming', { asks: 'tenant', phase: 'Pending' }),
          NODE,
        ],
      },
      finds: [],
    },
    {
      said: 'a pod in the network of its node gets no other',
      cluster: {
        objects: [
          TENANT,
          { ...attachedPod('web', { asks: 'tenant' }), spec: { nodeName: 'node-a', hostNetwork: true } },
        ],
      },
      finds: [],
    },
  ],
  'audit/outside-window': [
    {
      said: 'keys of no usable address are told elsewhere',
      cluster: {
        objects: [
          TENANT,
          ipPool('10.0.0.0/24', { 0: entry('default/a'), 255: entry('default/b'), 300: entry('default/c') }),
        ],
      },
      finds: [],
    },
    { said: 'no NAD draws from the pool', cluster: { objects: [POOL, GUARD, WEB, NODE] }, finds: [] },
  ],
  'audit/owner-mismatch': [
    {
      said: 'the command tells who shows it',
      cluster: { objects: [TENANT, POOL, ipReservation('10.0.0.5', 'default/other'), WEB, NODE] },
      finds: ['error IPPool/10.0.0.0-24 10.0.0.5: ipamctl ips show 10.0.0.5'],
    },
  ],
  'audit/pending-for-address': [
    { said: 'for four minutes', cluster: { objects: waiting('2026-03-01T11:56:00Z', NO_ADDRESS) }, finds: [] },
    { said: 'for five minutes', cluster: { objects: waiting('2026-03-01T11:55:00Z', NO_ADDRESS) }, finds: LATE },
    {
      said: 'for want of a slice',
      cluster: { objects: waiting('2026-03-01T11:50:00Z', 'no allocated node slice for node') },
      finds: LATE,
    },
    {
      said: 'for want of a NodeSlicePool',
      cluster: { objects: waiting('2026-03-01T11:50:00Z', 'nodeslicepools.whereabouts.cni.cncf.io "red" not found') },
      finds: LATE,
    },
    {
      said: 'for a Lease',
      cluster: { objects: waiting('2026-03-01T11:50:00Z', 'time limit exceeded while waiting to become leader') },
      finds: LATE,
    },
    {
      said: 'for something else',
      cluster: { objects: waiting('2026-03-01T11:50:00Z', 'the image could not be pulled') },
      finds: [],
    },
    {
      said: 'an event that does not say of which one',
      cluster: { objects: waiting('2026-03-01T11:50:00Z', NO_ADDRESS, '') },
      finds: LATE,
    },
    {
      said: 'an event of an earlier pod of that name',
      cluster: { objects: waiting('2026-03-01T11:50:00Z', NO_ADDRESS, 'pod-before') },
      finds: [],
    },
  ],
  'audit/reconciler-missing': [
    {
      said: 'nothing at all on OpenShift',
      cluster: {
        objects: [
          ...HEALTHY,
          { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'other', namespace: 'other', uid: 'other' } },
          {
            apiVersion: 'operator.openshift.io/v1',
            kind: 'Network',
            metadata: { name: 'cluster', uid: 'network' },
            spec: {},
          },
        ],
      },
      finds: ['error NetworkAttachmentDefinition/tenant: ipamctl shim apply whereabouts'],
    },
    {
      said: 'nothing at all, and no network of whereabouts',
      cluster: {
        objects: [
          { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'other', namespace: 'other', uid: 'other' } },
          {
            apiVersion: 'k8s.cni.cncf.io/v1',
            kind: 'NetworkAttachmentDefinition',
            metadata: { name: 'fixed', namespace: 'default', uid: 'nad-fixed' },
            spec: { config: '{"cniVersion":"0.3.1","name":"fixed","type":"macvlan","ipam":{"type":"static"}}' },
          },
          NODE,
        ],
      },
      finds: [],
    },
    {
      said: 'nothing at all, elsewhere',
      cluster: {
        objects: [
          ...HEALTHY,
          { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'other', namespace: 'other', uid: 'other' } },
        ],
      },
      finds: ['error NetworkAttachmentDefinition/tenant'],
    },
  ],
  'audit/reconciler-not-running': [
    {
      said: 'its schedule is refused: the one that is there is to be changed',
      cluster: reconcilerIn('61 * * * *', CRASHING),
      finds: ["warning Pod/whereabouts-reconciler-x: ipamctl reconciler schedule '30 4 * * *'"],
    },
    {
      said: 'it ends for another reason',
      cluster: reconcilerIn('30 4 * * *', CRASHING),
      finds: ['warning Pod/whereabouts-reconciler-x'],
    },
    {
      said: 'it ended once, and runs',
      cluster: reconcilerIn('30 4 * * *', {
        ...CRASHING,
        state: { running: { startedAt: '2026-02-27T00:00:00Z' } },
      }),
      finds: [],
    },
    {
      said: 'its last run failed on every pod',
      cluster: (({ objects, logs }) => ({
        objects,
        logs: Object.fromEntries(
          Object.entries(logs).map(([path, text]) => [
            path,
            text.replaceAll('[verbose] reconciler success', '[error] reconciler failure: no'),
          ]),
        ),
      }))(reconcilerExample(HEALTHY, '30 4 * * *', '30 4 * * *', ['04:30'])),
      finds: ['warning Deployment/whereabouts-reconciler'],
    },
  ],
  'audit/reservation-without-allocation': [
    {
      said: 'that of a pod that is gone or has another address can be released, that of others not',
      cluster: { objects: OWNERS },
      finds: [
        'warning OverlappingRangeIPReservation/10.0.0.16 10.0.0.16: ipamctl ips release 10.0.0.16',
        'warning OverlappingRangeIPReservation/10.0.0.17 10.0.0.17',
        'warning OverlappingRangeIPReservation/10.0.0.18 10.0.0.18',
        'warning OverlappingRangeIPReservation/10.0.0.19 10.0.0.19: ipamctl ips release 10.0.0.19',
      ],
    },
    {
      said: 'of a network that nobody tells',
      cluster: { objects: [...HEALTHY, ipReservation('red-10.0.0.16', 'default/gone')] },
      finds: ['warning OverlappingRangeIPReservation/red-10.0.0.16 10.0.0.16'],
    },
  ],
  'audit/schedule-not-in-force': [
    {
      said: 'set moments ago: it may be on its way',
      cluster: (({ objects, logs }) => ({
        logs,
        objects: [
          NOON,
          ...objects.map((object) =>
            object.kind === 'ConfigMap' ? withMetadata(object, { creationTimestamp: '2026-03-01T11:59:30Z' }) : object,
          ),
        ],
      }))(reconcilerExample(HEALTHY, '*/15 * * * *', '30 4 * * *', ['04:30'])),
      finds: ['info Pod/whereabouts-reconciler-x'],
    },
    {
      said: 'set long ago',
      cluster: reconcilerExample(HEALTHY, '*/15 * * * *', '30 4 * * *', ['04:30']),
      finds: ['warning Pod/whereabouts-reconciler-x: ipamctl reconciler schedule --restart-missed'],
    },
  ],
  'audit/slice-node-mismatch': [
    {
      said: 'there are no slices',
      cluster: { objects: [slicedNad(), slicePool([])] },
      finds: ['error NodeSlicePool/tenant'],
    },
    {
      said: 'it is not divided as it says',
      cluster: { objects: [slicedNad(), slicePool(['', '', ''])] },
      finds: ['error NodeSlicePool/tenant'],
    },
    {
      said: 'a node is gone',
      cluster: { objects: [slicedNad(), slicePool(['node-a', 'node-b', '', '']), NODE] },
      finds: ['error NodeSlicePool/tenant'],
    },
    {
      said: 'a node has two',
      cluster: { objects: [slicedNad(), slicePool(['node-a', 'node-a', '', '']), NODE] },
      finds: ['error NodeSlicePool/tenant'],
    },
    {
      said: 'the network wants slices of another size',
      cluster: { objects: [slicedNad({ node_slice_size: '/27' }), slicePool(['node-a', '', '', '']), NODE] },
      finds: ['error NodeSlicePool/tenant'],
    },
    {
      said: 'no network takes slices of it, and it has leftovers: told elsewhere',
      cluster: {
        objects: [
          slicePool(['node-a', '', '', '']),
          ipPool('10.0.0.64/26', { 1: entry('default/web') }, { name: 'tenant-node-a-10.0.0.64-26' }),
          NODE,
        ],
      },
      finds: [],
    },
    {
      said: 'a node has just come',
      cluster: {
        objects: [...SLICED, NOON, withMetadata(NOON, { creationTimestamp: '2026-03-01T11:59:45Z' })].filter(
          ({ metadata }, at, all) => at === all.findIndex((other) => other.metadata.uid === metadata.uid),
        ),
      },
      finds: [],
    },
  ],
  'audit/stale-allocation': [
    {
      said: 'among owners of all kinds',
      cluster: { objects: OWNERS },
      finds: ['warning IPPool/10.0.0.0-24 10.0.0.6: ipamctl ips release 10.0.0.6 --pool kube-system/10.0.0.0-24'],
    },
  ],
  'audit/unmasked-pool-range': [
    {
      said: 'with an entry it is not to be deleted, without one it is',
      cluster: {
        objects: [ipPool('10.0.0.5/24', { 1: entry('default/web') }), ipPool('10.1.0.5/24')],
      },
      finds: [
        'warning IPPool/10.0.0.5-24',
        'warning IPPool/10.1.0.5-24: kubectl delete ippools.whereabouts.cni.cncf.io -n kube-system 10.1.0.5-24',
      ],
    },
  ],
  'audit/untracked-live-ip': [
    {
      said: 'the pod is being deleted',
      cluster: {
        objects: [
          TENANT,
          ipPool('10.0.0.0/24'),
          attachedPod('web', { shows: [['tenant', '10.0.0.5']], deletionTimestamp: '2026-03-01T11:30:00Z' }),
          NODE,
        ],
      },
      finds: [],
    },
    {
      said: 'the address is none of the network',
      cluster: {
        objects: [TENANT, ipPool('10.0.0.0/24'), attachedPod('web', { shows: [['tenant', '10.9.0.5']] }), NODE],
      },
      finds: [],
    },
    {
      said: 'there is no pool to add it to',
      cluster: { objects: [TENANT, WEB, NODE] },
      finds: ['error Pod/web 10.0.0.5: kubectl delete pod -n default web'],
    },
    {
      said: 'the network has a pool, and none of its range',
      cluster: {
        objects: [
          whereaboutsNad('tenant', { ipRanges: [{ range: '10.9.0.0/24' }, { range: '10.0.0.0/24' }] }),
          ipPool('10.9.0.0/24'),
          WEB,
          NODE,
        ],
      },
      finds: ['error Pod/web 10.0.0.5: kubectl delete pod -n default web'],
    },
    {
      said: 'a pool of another network has it',
      cluster: {
        objects: [
          TENANT,
          whereaboutsNad('red', { range: '10.0.0.0/24', network_name: 'red' }),
          ipPool('10.0.0.0/24'),
          ipPool('10.0.0.0/24', { 5: entry('default/web') }, { name: 'red-10.0.0.0-24' }),
          WEB,
          NODE,
        ],
      },
      finds: ['error Pod/web 10.0.0.5: ipamctl audit --fix untracked-live-ip'],
    },
    {
      said: 'a plugin that does not know network_name has it in the pool of the plain network',
      cluster: {
        objects: [
          whereaboutsNad('tenant', { range: '10.0.0.0/24', network_name: 'green' }),
          whereaboutsNad('plain', { range: '10.0.0.0/24' }),
          POOL,
          WEB,
          NODE,
        ],
      },
      finds: ['warning Pod/web 10.0.0.5'],
    },
    {
      said: 'the pool of the plain network has it for another pod',
      cluster: {
        objects: [
          whereaboutsNad('tenant', { range: '10.0.0.0/24', network_name: 'green' }),
          whereaboutsNad('plain', { range: '10.0.0.0/24' }),
          ipPool('10.0.0.0/24', { 5: entry('default/other') }),
          WEB,
          NODE,
        ],
      },
      finds: ['error Pod/web 10.0.0.5: kubectl delete pod -n default web'],
    },
    {
      said: 'a pool of a network that nobody tells has it',
      cluster: {
        objects: [
          whereaboutsNad('tenant', { range: '10.0.0.0/24', network_name: 'green' }),
          ipPool('10.0.0.0/24', {}, { name: 'green-10.0.0.0-24' }),
          ipPool('10.0.0.0/25', { 5: entry('default/web') }, { name: 'red-10.0.0.0-25' }),
          WEB,
          NODE,
        ],
      },
      finds: [],
    },
  ],
};
