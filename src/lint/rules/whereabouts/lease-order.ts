import type { JsonObject } from '../../../cni/go-json.js';
import { fieldOf } from '../../go-fields.js';
import { defineRule, type Draft } from '../../model.js';
import type { Path } from '../../path.js';
import { whereaboutsOf } from '../../whereabouts-facts.js';
import { RANGE, whereabouts } from '../ipam-examples.js';

/** Milliseconds where nothing, or 0, is given. Source: whereabouts v0.9.4 pkg/types/types.go. */
const DEFAULTS = { leader_lease_duration: 1500, leader_renew_deadline: 1000, leader_retry_period: 500 };
const [LEASE, RENEW, RETRY] = Object.keys(DEFAULTS) as [Name, Name, Name];
/** Of client-go: leaderelection.go (JitterFactor). */
const JITTER = 1.2;

type Name = keyof typeof DEFAULTS;

export const leaseOrder = defineRule({
  id: 'whereabouts/lease-order',
  severity: 'error',
  title: 'leader election times that client-go refuses',
  why: 'whereabouts takes a lease for every address. client-go refuses to, unless the lease lasts longer than the time to renew it, and that longer than 1.2 times the time between tries: no pod of this network gets an address.',
  over: 'network',
  about: [LEASE, RENEW, RETRY],
  needs: ['values'],
  fix: { kind: 'suggested', text: 'leave all three out: they are 1500, 1000 and 500 milliseconds then' },
  bad: whereabouts(`${RANGE},\n"leader_lease_duration": 1000`),
  good: whereabouts(`${RANGE},\n"leader_lease_duration": 3000,\n"leader_renew_deadline": 2000`),
  source:
    'whereabouts v0.9.4 pkg/storage/kubernetes/ipam.go (newLeaderElector); client-go tools/leaderelection/leaderelection.go',
  *check({ subject }) {
    for (const { conf, path } of whereaboutsOf(subject)) {
      const [lease, renew, retry] = [LEASE, RENEW, RETRY].map((name) => timeOf(conf, name)) as [Time, Time, Time];
      if (lease.value <= renew.value) {
        yield draftOf([lease, renew], path, 'leaseDuration must be greater than renewDeadline');
      }
      if (renew.value <= retry.value * JITTER) {
        yield draftOf([renew, retry], path, 'renewDeadline must be greater than retryPeriod*JitterFactor');
      }
    }
  },
});

interface Time {
  readonly name: Name;
  /** As it is written; undefined where the default counts. */
  readonly key: string | undefined;
  readonly value: number;
}

function timeOf(conf: JsonObject, name: Name): Time {
  const field = fieldOf(conf, name);
  const given = typeof field?.value === 'number' ? field.value : 0;
  return { name, key: field?.key, value: given === 0 ? DEFAULTS[name] : given };
}

function draftOf(times: readonly [Time, Time], path: Path, upstream: string): Draft {
  const [longer, shorter] = times;
  const key = longer.key ?? shorter.key ?? longer.name;
  return {
    at: { path: [...path, key] },
    message: `${longer.name} ${longer.value} is not enough beside ${shorter.name} ${shorter.value}`,
    upstream,
  };
}
