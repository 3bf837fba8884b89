import { defineRule } from '../../model.js';
import { pluginField, pluginsOfType, typePath } from '../../plugin-facts.js';
import { IPAM, plugin } from '../plugin-examples.js';

const OTHERS = '"mode": "active-backup",\n"miimon": "100",\n"linksInContainer": true,';

export const links = defineRule({
  id: 'bond/links',
  severity: 'warning',
  title: 'a bond of fewer than two links',
  why: 'The bond plugin joins two interfaces or more, each named as {"name": "net1"}. With fewer no pod that attaches starts.',
  over: 'network',
  about: ['bond'],
  needs: ['values'],
  fix: null,
  bad: plugin('bond', `${OTHERS}\n"links": [{ "name": "net1" }],\n${IPAM}`),
  good: plugin('bond', `${OTHERS}\n"links": [{ "name": "net1" }, { "name": "net2" }],\n${IPAM}`),
  source: 'k8snetworkplumbingwg/bond-cni bond/bond.go (getLinkObjectsFromConfig)',
  *check({ subject }) {
    for (const bond of pluginsOfType(subject, 'bond')) {
      const field = pluginField(bond, 'links');
      if (field !== undefined && !Array.isArray(field.value)) continue;
      const count = field === undefined ? 0 : (field.value as unknown[]).length;
      if (count >= 2) continue;
      yield {
        at: field === undefined ? { path: typePath(bond) } : { path: field.path, part: 'key' },
        message: `a bond needs two links at least, and has ${count === 0 ? 'none' : 'one'}`,
        upstream: `Bonding requires at least two links, we have ${count}`,
      };
    }
  },
});
