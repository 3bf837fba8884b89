import { defineRule } from '../../model.js';
import { pluginsOfType, typePath } from '../../plugin-facts.js';
import { isMistyped, RESOURCE_NAME } from '../nad/annotations.js';
import { plugin } from '../plugin-examples.js';
import { selectorsOf } from './selectors.js';

export const selector = defineRule({
  id: 'host-device/selector',
  severity: 'error',
  title: 'a host-device that names no device',
  why: 'The plugin moves an interface of the node into the pod, and must be told which: by its name, MAC address, path or PCI address, or by a resource of a device plugin. No pod that attaches starts.',
  over: 'network',
  about: ['host-device'],
  needs: ['values'],
  fix: null,
  bad: plugin('host-device'),
  good: plugin('host-device', '"device": "ens4f1"'),
  source: 'containernetworking/plugins v1.9.0 plugins/main/host-device/host-device.go (loadConf)',
  *check({ subject }) {
    const names = Object.keys(subject.annotations ?? {});
    // A mistyped annotation is said of by nad/annotation-key-typo.
    if (names.some((name) => name === RESOURCE_NAME || isMistyped(name))) return;
    for (const device of pluginsOfType(subject, 'host-device')) {
      if (selectorsOf(device).length > 0) continue;
      yield {
        at: { path: typePath(device) },
        message: `no device is named, and there is no annotation ${RESOURCE_NAME}`,
        upstream: 'specify either "device", "hwaddr", "kernelpath" or "pciBusID"',
      };
    }
  },
});
