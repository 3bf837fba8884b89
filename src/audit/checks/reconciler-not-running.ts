import { HEALTHY, reconcilerExample } from '../examples.js';
import { defineCheck, type Draft } from '../model.js';
import { reconciler, reconcilerPods } from '../sources/reconciler.js';

export const reconcilerNotRunning = defineCheck({
  id: 'audit/reconciler-not-running',
  severity: 'warning',
  title: "whereabouts' reconciler does not run, or always fails",
  why: 'Addresses that are lost stay lost while it does not run. It crashes and starts again for ever with a schedule that its scheduler refuses, and says in no log why; one that was frozen or whose schedule was lost stays up and does nothing.',
  needs: { reconciler, reconcilerPods },
  fix: { kind: 'manual', text: 'ipamctl reconciler status says what is wrong with which pod' },
  raises: {
    said: 'a reconciler of every 15 minutes last ran two hours ago',
    ...reconcilerExample(HEALTHY, '*/15 * * * *', '*/15 * * * *', ['08:00']),
  },
  silent: {
    said: 'it ran by its schedule',
    ...reconcilerExample(HEALTHY, '*/15 * * * *', '*/15 * * * *', ['09:30', '09:45']),
  },
  source: 'whereabouts v0.9.4 cmd/reconciler/main.go; up to v0.9.3 cmd/controlloop/controlloop.go',
  *check({ reconciler: { status }, reconcilerPods: pods }): Iterable<Draft> {
    for (const pod of pods) {
      const { namespace, name, crash, notRunning, lastRun, expression, restarts } = pod;
      const object = { kind: 'Pod', namespace, name };
      if (crash?.looping === true) {
        const code = crash.exitCode === null ? '' : ` with exit code ${crash.exitCode.toString()}`;
        const isRefused = status.configured.schedule?.valid === false;
        yield {
          object,
          message: `ends${code} again and again: ${crash.meaning}`,
          evidence: { ...crash, restarts, schedule: status.configured.schedule?.expression ?? null },
          fix: isRefused ? "ipamctl reconciler schedule '30 4 * * *'" : null,
        };
      } else if (notRunning) {
        yield {
          object,
          message: `did not run for two periods of its schedule ${expression ?? ''}`,
          evidence: { expression, lastRun },
          fix: null,
        };
      }
    }
    const failed = status.problems.find(({ code }) => code === 'all-failed');
    const [workload] = status.workloads;
    if (failed === undefined || workload === undefined) return;
    const { kind, namespace, name } = workload;
    yield {
      object: { kind, namespace, name },
      message: failed.message,
      evidence: { lastRun: status.lastRun },
      fix: null,
    };
  },
});
