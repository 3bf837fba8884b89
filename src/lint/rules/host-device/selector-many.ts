import { defineRule } from '../../model.js';
import { pluginsOfType } from '../../plugin-facts.js';
import { plugin } from '../plugin-examples.js';
import { selectorsOf } from './selectors.js';

export const selectorMany = defineRule({
  id: 'host-device/selector-many',
  severity: 'warning',
  title: 'a host-device that names its device more than once',
  why: 'The plugin takes the first of device, hwaddr, kernelpath and pciBusID that is there, and passes over the others.',
  over: 'network',
  about: ['host-device'],
  needs: ['values'],
  fix: null,
  bad: plugin('host-device', '"device": "ens4f1",\n"hwaddr": "02:00:00:00:00:01"'),
  good: plugin('host-device', '"hwaddr": "02:00:00:00:00:01"'),
  source: 'containernetworking/plugins v1.9.0 plugins/main/host-device/host-device.go (getLink)',
  *check({ subject }) {
    for (const device of pluginsOfType(subject, 'host-device')) {
      const [first, ...others] = selectorsOf(device);
      for (const { path, name } of others) {
        yield { at: { path, part: 'key' }, message: `${name} is passed over: ${first?.name ?? ''} comes first` };
      }
    }
  },
});
