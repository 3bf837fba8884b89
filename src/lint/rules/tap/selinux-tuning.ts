import { textOf } from '../../go-fields.js';
import { defineRule } from '../../model.js';
import { pluginsOfType, typePath } from '../../plugin-facts.js';
import { plugin } from '../plugin-examples.js';

export const selinuxTuning = defineRule({
  id: 'tap/selinux-tuning',
  severity: 'info',
  title: 'a tap device that SELinux may keep from the container',
  why: 'On nodes with SELinux a container may open a tap device only where its context allows that: by selinuxContext here, or by the boolean container_use_devices on the node.',
  over: 'network',
  about: ['tap'],
  needs: [],
  fix: null,
  bad: plugin('tap'),
  good: plugin('tap', '"selinuxContext": "system_u:system_r:container_t:s0"'),
  source: 'containernetworking/plugins v1.9.0 plugins/main/tap; OpenShift documentation (tap object)',
  *check({ subject }) {
    for (const tap of pluginsOfType(subject, 'tap')) {
      if (textOf(tap.conf, 'selinuxContext') !== undefined) continue;
      const message = 'no selinuxContext: nodes with SELinux need container_use_devices switched on';
      yield { at: { path: typePath(tap) }, message };
    }
  },
});
