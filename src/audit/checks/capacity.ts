import type { Belonging, Draw } from '../../pools/belonging.js';
import { usageOf, type DrawUsage } from '../../pools/usage.js';
import { groupedBy } from '../../pools/multimap.js';
import { objectKey } from '../../pools/belonging.js';
import { percentOf } from '../../pools/usage.js';
import { named, poolFields } from '../drafts.js';
import { attachedPod, entry, HEALTHY, ipPool, ipReservation, node, whereaboutsNad } from '../examples.js';
import { defineCheck, type Evidence } from '../model.js';
import type { PodSight } from '../sights.js';
import { inventory, nads } from '../sources/inventory.js';
import { pods } from '../sources/pods.js';

/** A window with fewer addresses is full by design: of interest only to a pod that waits for one. */
const SMALL = 8n;

/** NADs named in a sentence. */
const NAMED = 3;

const NAMES = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12', '13'];

const needs = { inventory, nads, pods };

export const capacity = defineCheck({
  id: 'audit/capacity',
  severity: 'warning',
  title: 'a network is running out of addresses',
  why: 'Once every address of a window is held, pods that need one of it do not start. With node slices that is so for one node, however much is free on the others.',
  needs,
  fix: {
    kind: 'manual',
    text: 'release what is stale (ipamctl reconcile), widen the range, or spread the pods over more nodes',
  },
  raises: {
    said: 'of 14 addresses 13 are held',
    objects: [
      whereaboutsNad('tenant', { range: '10.0.0.0/28' }),
      ipPool('10.0.0.0/28', Object.fromEntries(NAMES.map((name) => [name, entry(`default/p${name}`)]))),
      ...NAMES.flatMap((name) => [
        ipReservation(`10.0.0.${name}`, `default/p${name}`),
        attachedPod(`p${name}`, { shows: [['tenant', `10.0.0.${name}`]] }),
      ]),
      node('node-a'),
    ],
  },
  silent: { said: 'one of 254 is held', objects: HEALTHY },
  source: 'whereabouts v0.9.4 pkg/allocate/allocate.go (AssignIP, IterateForAssignment)',
  *check({ inventory: { pools, belongings }, pods: { pods: sights }, settings }) {
    const waiting = waitingByNad(sights);
    for (const pool of pools) {
      const belonging = belongings.get(pool);
      if (belonging === undefined || belonging.draws.length === 0) continue;
      for (const [window, sharing] of windowsOf(usageOf(pool, belonging, null).draws)) {
        const percent = percentOf(BigInt(window.used), window.capacity);
        if (percent === null || percent < settings.capacityWarning) continue;
        const users = sharing.map(({ draw }) => draw.nad);
        const waits = users.flatMap((nad) => waiting.get(objectKey(nad.namespace, nad.name)) ?? []);
        if (window.capacity < SMALL && waits.length === 0) continue;
        const [nad] = users;
        if (nad === undefined) continue;
        yield {
          ...poolFields(pool),
          // A pool may have several windows: each is a finding of its own.
          object: { kind: 'NetworkAttachmentDefinition', namespace: nad.namespace, name: nad.name },
          networkName: belonging.networkName,
          message: sentence(window, belonging, percent, waits),
          severity: percent >= settings.capacityError ? 'error' : 'warning',
          evidence: {
            used: window.used,
            capacity: window.capacity.toString(),
            usedPercent: percent,
            first: window.draw.window?.first.toString() ?? null,
            last: window.draw.window?.last.toString() ?? null,
            nodeName: belonging.nodeName,
            nads: users.map(({ namespace, name }) => ({ namespace, name })),
            waiting: waits.map(named),
          },
          fix: null,
          again: { pools: [pool] },
        };
      }
    }
  },
});

function sentence(
  { used, capacity: total, draw }: DrawUsage,
  { nodeName }: Belonging,
  percent: number,
  waits: readonly PodSight[],
): string {
  const where = nodeName === null ? `of ${windowText(draw)}` : `of the slice ${windowText(draw)} of node ${nodeName}`;
  const waited =
    waits.length === 0
      ? ''
      : `, and ${waits.slice(0, NAMED).map(named).join(', ')}${waits.length > NAMED ? ` and ${waits.length - NAMED} more` : ''} ${waits.length === 1 ? 'waits' : 'wait'}`;
  return `${used} of ${total.toString()} addresses ${where} are held (${percent} %)${waited}`;
}

function windowText({ window }: Draw): string {
  return window === undefined ? 'nothing' : `${window.first.toString()} to ${window.last.toString()}`;
}

/** NADs with the very same addresses share one window. */
function windowsOf(draws: readonly DrawUsage[]): [DrawUsage, readonly DrawUsage[]][] {
  return [...groupedBy(draws, ({ draw }) => draw.addresses.toString()).values()].flatMap((sharing) => {
    const [first] = sharing;
    return first === undefined ? [] : [[first, sharing] as [DrawUsage, readonly DrawUsage[]]];
  });
}

/** Pods that have not got their networks yet, by the NADs that they ask for. */
function waitingByNad(sights: Evidence<typeof needs>['pods']['pods']): Map<string, PodSight[]> {
  const waiting = new Map<string, PodSight[]>();
  for (const pod of sights) {
    if (pod.phase !== 'pending' || pod.status.state === 'read' || typeof pod.asks === 'string') continue;
    for (const { namespace, name } of pod.asks) {
      const key = objectKey(namespace, name);
      waiting.set(key, [...(waiting.get(key) ?? []), pod]);
    }
  }
  return waiting;
}
