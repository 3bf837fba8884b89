import { defineRule } from '../../model.js';
import { fieldsOf } from '../../plugin-facts.js';
import { devicePlugin, plugin } from '../plugin-examples.js';

export const onePodPerNode = defineRule({
  id: 'host-device/one-pod-per-node',
  severity: 'info',
  title: 'a device that only one pod of a node can have',
  why: 'The interface leaves the node while a pod has it. A second pod on that node does not start, and neither does one on a node without an interface of that name.',
  over: 'network',
  about: ['host-device'],
  needs: ['values'],
  fix: null,
  bad: plugin('host-device', '"device": "ens4f1"'),
  good: devicePlugin('host-device'),
  source: 'containernetworking/plugins v1.9.0 plugins/main/host-device/host-device.go (getLink)',
  *check({ subject }) {
    for (const { value, path } of fieldsOf(subject, 'host-device', 'device')) {
      if (typeof value !== 'string' || value === '') continue;
      yield { at: { path }, message: `one pod of a node can have ${value}` };
    }
  },
});
