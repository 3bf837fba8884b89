import { defineRule } from '../../model.js';
import { fieldsOf } from '../../plugin-facts.js';
import { IPAM, plugin } from '../plugin-examples.js';

export const passthruShared = defineRule({
  id: 'macvlan/passthru-shared',
  severity: 'warning',
  title: 'a macvlan that gives its master to one pod',
  why: 'In the mode passthru the master belongs to one pod of each node. The second pod on a node that attaches does not start.',
  over: 'network',
  about: ['macvlan'],
  judges: 'shape',
  needs: ['values'],
  fix: null,
  bad: plugin('macvlan', `"master": "eth1",\n"mode": "passthru",\n${IPAM}`),
  good: plugin('macvlan', `"master": "eth1",\n"mode": "bridge",\n${IPAM}`),
  source: 'Linux kernel drivers/net/macvlan.c (macvlan_common_newlink)',
  *check({ subject }) {
    for (const { value, path } of fieldsOf(subject, 'macvlan', 'mode')) {
      if (value === 'passthru') yield { at: { path }, message: 'one pod of a node can have this master, and no other' };
    }
  },
});
