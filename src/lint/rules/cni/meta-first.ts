import { defineRule } from '../../model.js';
import { nad } from '../examples.js';

/** What each says that is called without the result of another. Source: containernetworking/plugins v1.9.0. */
const SAYS: ReadonlyMap<string, string> = new Map([
  ['tuning', 'Required prevResult missing'],
  ['sbr', 'This plugin must be called as chained plugin'],
  ['vrf', 'missing prevResult from earlier plugin'],
  ['bandwidth', 'must be called as chained plugin'],
  ['portmap', 'must be called as chained plugin'],
  ['firewall', 'missing prevResult from earlier plugin'],
]);

export const metaFirst = defineRule({
  id: 'cni/meta-first',
  severity: 'error',
  title: 'a plugin without another one before it',
  why: 'tuning, sbr, vrf, bandwidth, portmap and firewall change an interface that another plugin made. As the first one they have none, and pods that attach fail to start.',
  over: 'network',
  about: [...SAYS.keys()],
  needs: ['values'],
  fix: null,
  bad: nad(`{
  "cniVersion": "0.4.0",
  "name": "tenant-a",
  "type": "tuning",
  "mtu": 9000
}`),
  good: nad(`{
  "cniVersion": "0.4.0",
  "name": "tenant-a",
  "plugins": [
    { "type": "macvlan", "master": "eth1" },
    { "type": "tuning", "mtu": 9000 }
  ]
}`),
  source: 'containernetworking/plugins v1.9.0 plugins/meta',
  *check({ subject: { plugins } }) {
    const [first] = plugins;
    const upstream = SAYS.get(first?.type ?? '');
    if (first === undefined || first.index > 0 || upstream === undefined) return;
    yield {
      at: { path: [...first.path, 'type'] },
      message: `${first.type ?? ''} needs a plugin before it that makes the interface`,
      upstream,
    };
  },
});
