import { HEALTHY, reconcilerExample } from '../examples.js';
import { defineCheck, type Draft } from '../model.js';
import { reconciler, scheduledPods } from '../sources/reconciler.js';

export const scheduleNotInForce = defineCheck({
  id: 'audit/schedule-not-in-force',
  severity: 'warning',
  title: 'a reconciler goes by another schedule than the one that is set',
  why: 'It misses a change of the ConfigMap when its watch of the mounted file breaks, and goes on by the old schedule until it is started anew. A change that is younger than two minutes may still be on its way.',
  needs: { reconciler, scheduledPods },
  fix: { kind: 'manual', text: 'ipamctl reconciler schedule --restart-missed' },
  raises: {
    said: 'every 15 minutes is set, and the reconciler still runs once a day',
    ...reconcilerExample(HEALTHY, '*/15 * * * *', '30 4 * * *', ['04:30']),
  },
  silent: {
    said: 'the reconciler goes by what is set',
    ...reconcilerExample(HEALTHY, '30 4 * * *', '30 4 * * *', ['04:30']),
  },
  source: 'whereabouts v0.9.4 pkg/reconciler (watching /cron-schedule); whereabouts issue 736',
  *check({ reconciler: { status }, scheduledPods: pods }): Iterable<Draft> {
    const { schedule, changedAt } = status.configured;
    for (const { namespace, name, expression, inForce, missedChange } of pods) {
      if (inForce !== false) continue;
      yield {
        object: { kind: 'Pod', namespace, name },
        severity: missedChange ? 'warning' : 'info',
        message: `goes by ${expression ?? ''}, and ${schedule?.expression ?? ''} is set${missedChange ? '' : ' since moments ago'}`,
        evidence: { expression, configured: schedule?.expression ?? null, changedAt },
        fix: missedChange ? 'ipamctl reconciler schedule --restart-missed' : null,
      };
    }
  },
});
