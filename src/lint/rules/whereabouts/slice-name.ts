import { defineRule } from '../../model.js';
import { slicedOf } from '../../whereabouts-facts.js';
import { nad } from '../examples.js';
import { sliced } from '../ipam-examples.js';
import { isDnsSubdomain } from '../nad/names.js';
import { sliceNameOf } from './slice-naming.js';

export const sliceName = defineRule({
  id: 'whereabouts/slice-name',
  severity: 'error',
  title: 'node slices of a network without a name',
  why: 'The NodeSlicePool is called by network_name, or by the name in the configuration as it is written. That of a list of plugins is not read, and the one that multus puts in comes too late: the pool would have no name, the API server refuses it, and no pod of this network starts.',
  over: 'network',
  about: ['node_slice_size'],
  needs: ['values'],
  fix: { kind: 'safe', text: 'set network_name to the name of the NAD' },
  bad: nad(
    `{
  "cniVersion": "0.3.1",
  "name": "tenant-a",
  "plugins": [
    {
      "type": "macvlan",
      "master": "eth1",
      "mode": "bridge",
      "ipam": {
        "type": "whereabouts",
        "range": "192.0.2.0/24",
        "node_slice_size": "/27"
      }
    }
  ]
}`,
    { namespace: 'openshift-multus' },
  ),
  good: sliced('"range": "192.0.2.0/24",\n"node_slice_size": "/27",\n"network_name": "tenant-a"'),
  source:
    'whereabouts v0.9.4 pkg/node-controller/controller.go (getSliceName), pkg/config/config.go (LoadIPAMConfiguration)',
  *check({ subject }) {
    // What an operator renders has a name that is not written here.
    if (subject.form === 'ipam') return;
    for (const facts of slicedOf(subject)) {
      if (sliceNameOf(subject, facts) !== undefined) continue;
      const { name } = subject;
      yield {
        at: { path: facts.slice.path },
        message:
          subject.form === 'list' ? 'the name of a list is not read: set network_name' : 'no name and no network_name',
        upstream: 'resource name may not be empty',
        edits:
          name !== null && isDnsSubdomain(name)
            ? [{ kind: 'insert', path: facts.path, key: 'network_name', value: name }]
            : [],
      };
    }
  },
});
