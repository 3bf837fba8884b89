import { defineRule } from '../../model.js';
import { slicedOf, writtenOf } from '../../whereabouts-facts.js';
import { sliced } from '../ipam-examples.js';

export const sliceConfigPath = defineRule({
  id: 'whereabouts/slice-config-path',
  severity: 'warning',
  title: 'configuration_path beside node slices',
  why: 'whereabouts looks for the name of its node below this path, and for its own configuration at it. Set in a NAD it leads one of the two astray: the node finds no slice, and pods do not start.',
  over: 'network',
  about: ['node_slice_size'],
  needs: [],
  fix: { kind: 'safe', text: 'remove it: the nodes have it in their own configuration' },
  bad: sliced(
    '"range": "192.0.2.0/24",\n"node_slice_size": "/27",\n"configuration_path": "/etc/cni/net.d/whereabouts.d/whereabouts.conf"',
  ),
  good: sliced('"range": "192.0.2.0/24",\n"node_slice_size": "/27"'),
  source: 'whereabouts v0.9.4 pkg/config/config.go (GetFlatIPAM), pkg/storage/kubernetes/ipam.go (getNodeName)',
  *check({ subject }) {
    for (const { conf, path } of slicedOf(subject)) {
      const written = writtenOf(conf, path, 'configuration_path');
      if (written === undefined) continue;
      yield {
        at: { path: written.path, part: 'key' },
        message: `below ${written.text} the name of the node is not found`,
        edits: [{ kind: 'remove', path: written.path }],
      };
    }
  },
});
