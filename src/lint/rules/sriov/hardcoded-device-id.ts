import { defineRule } from '../../model.js';
import { fieldsOf } from '../../plugin-facts.js';
import { devicePlugin, plugin } from '../plugin-examples.js';

/** Plugins that move a virtual function into the pod. */
const TYPES = ['sriov', 'ib-sriov'] as const;

export const hardcodedDeviceId = defineRule({
  id: 'sriov/hardcoded-device-id',
  severity: 'warning',
  title: 'a virtual function that is written down',
  why: 'One virtual function of one node is for one pod. A second pod that attaches does not start, nor does one on another node, and Kubernetes does not know that the function is taken.',
  over: 'network',
  about: TYPES,
  needs: ['values'],
  fix: null,
  bad: plugin('sriov', '"deviceID": "0000:03:02.0"'),
  good: devicePlugin('sriov'),
  source: 'k8snetworkplumbingwg/sriov-cni pkg/config/config.go (LoadConf)',
  *check({ subject }) {
    for (const { value, path } of TYPES.flatMap((type) => fieldsOf(subject, type, 'deviceID'))) {
      if (typeof value !== 'string' || value === '') continue;
      yield { at: { path }, message: 'one pod on one node can have this virtual function: let a resource name it' };
    }
  },
});
