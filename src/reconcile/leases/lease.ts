import type { KubeObject } from '../../cluster/port.js';
import { LEASES } from '../../cluster/resources.js';

/**
 * Written as `leaseDurationSeconds`. The plugin's own 1 (its 1.5 s without the fraction) would leave no time for a write
 * of one second; more would keep the plugins waiting after our death.
 */
export const LEASE_SECONDS = 2;

/** A Lease that is ours. */
export interface Mine {
  readonly name: string;
  object: KubeObject;
  /** Nobody else takes it before this moment. */
  validUntil: number;
  /** The last `renewTime` written, wall clock. */
  renewedMs: number;
}

/** A Lease that says nothing yet. */
export function blank(namespace: string, name: string): KubeObject {
  return { apiVersion: `${LEASES.group}/${LEASES.version}`, kind: LEASES.kind, metadata: { namespace, name } };
}

export function specOf(lease: KubeObject): Readonly<Record<string, unknown>> {
  const { spec } = lease;
  return typeof spec === 'object' && spec !== null ? (spec as Readonly<Record<string, unknown>>) : {};
}

/** How often it changed hands. */
export function transitionsOf(lease: KubeObject): number {
  const { leaseTransitions } = specOf(lease);
  return typeof leaseTransitions === 'number' ? leaseTransitions : 0;
}

/** What a Lease says about its holder; an absent one says what a free one does. */
export function describe(lease: KubeObject | undefined): { holder: string; durationMs: number; record: string } {
  if (lease === undefined) return { holder: '', durationMs: 0, record: '' };
  const { holderIdentity, leaseDurationSeconds, renewTime, leaseTransitions } = specOf(lease);
  return {
    holder: typeof holderIdentity === 'string' ? holderIdentity : '',
    durationMs: typeof leaseDurationSeconds === 'number' ? leaseDurationSeconds * 1000 : 0,
    record: JSON.stringify([lease.metadata.uid, holderIdentity, renewTime, leaseTransitions]),
  };
}

/** Which ipamctl gave a Lease up, and when: a plugin's later release leaves the annotation, and changes `renewTime`. */
const LEFT_BY = 'ipamctl.io/left-by';

/** A Lease as it is given up: client-go's ReleaseOnCancel, signed, so that another ipamctl knows whose pause it is. */
export function givenUp(lease: KubeObject, identity: string, nowMs: number): KubeObject {
  const now = microTime(nowMs);
  const spec = {
    holderIdentity: '',
    leaseDurationSeconds: 1,
    acquireTime: now,
    renewTime: now,
    leaseTransitions: specOf(lease)['leaseTransitions'],
  };
  const annotations = { ...lease.metadata.annotations, [LEFT_BY]: `${now} ${identity}` };
  return { ...lease, metadata: { ...lease.metadata, annotations }, spec };
}

/** Whether another ipamctl was the last to give a Lease up, and less than so many ms ago. */
export function wasJustLeft(lease: KubeObject | undefined, identity: string, nowMs: number, withinMs: number): boolean {
  const [at = '', by] = (lease?.metadata.annotations?.[LEFT_BY] ?? '').split(' ');
  if (lease === undefined || by === undefined || by === identity || specOf(lease)['renewTime'] !== at) return false;
  return Math.abs(nowMs - Date.parse(at)) < withinMs;
}

/** metav1.MicroTime, which Go reads with exactly six digits. */
export function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
