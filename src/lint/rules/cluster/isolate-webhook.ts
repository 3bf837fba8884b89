import { defineRule } from '../../model.js';
import { within, workload } from './clusters.js';
import { podAsking } from './pod-example.js';

const CLUSTER = {
  daemonSets: [workload('DaemonSet', 'multus-admission-controller', { args: ['webhook', '-isolate=true'] })],
  deployments: [],
};

export const isolateWebhook = defineRule({
  id: 'cluster/isolate-webhook',
  severity: 'error',
  title: 'a namespace in the networks of a pod, where admission forbids it',
  why: 'The admission controller runs with -isolate: it refuses every pod whose annotation names a network with its namespace, even its own.',
  over: 'attachment',
  needs: ['values', 'cluster'],
  reads: ['daemonSets', 'deployments'],
  fix: { kind: 'suggested', text: 'leave the namespace away' },
  bad: within(podAsking('shop/tenant-a'), 'a cluster whose admission controller runs with -isolate', CLUSTER),
  good: within(podAsking('tenant-a'), 'a cluster whose admission controller runs with -isolate', CLUSTER),
  source: 'net-attach-def-admission-controller pkg/webhook/webhook.go (IsolateHandler)',
  *check({ subject, cluster }) {
    const controllers = [...cluster.daemonSets, ...cluster.deployments].filter(({ name }) =>
      name.endsWith('admission-controller'),
    );
    const isolates = controllers.some(({ args }) =>
      args.some((arg) => /(?:^|\s)--?isolate(?:=true)?(?:\s|$)/.test(arg)),
    );
    const at = subject.networks.indexOf('/');
    if (!isolates || at < 0) return;
    yield {
      at: { path: subject.path },
      message: 'a network with a namespace is refused here',
      upstream: 'must not refer to namespaced values',
    };
  },
});
