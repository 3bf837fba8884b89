import { isJsonObject } from '../../../cni/go-json.js';
import { fieldOf } from '../../go-fields.js';
import { defineRule } from '../../model.js';
import { nad, nadWith } from '../examples.js';
import { IPAM_REQUIRED, MAIN_PLUGINS, OVN } from './kinds.js';

export const noIpam = defineRule({
  id: 'cni/no-ipam',
  severity: 'info',
  title: 'a network that assigns no addresses',
  why: 'The pod gets an interface without an address. That is what virtual machines want, whose addresses come from elsewhere.',
  over: 'network',
  judges: 'shape',
  needs: [],
  fix: null,
  bad: nad('{\n  "cniVersion": "0.3.1",\n  "name": "tenant-a",\n  "type": "macvlan",\n  "master": "eth1"\n}'),
  good: nadWith(),
  source: 'containernetworking/plugins v1.9.0 plugins/main',
  *check({ subject: { form, plugins, mainType } }) {
    const [main] = plugins;
    if (form === 'ipam' || main === undefined || mainType === undefined) return;
    if (!MAIN_PLUGINS.has(mainType) || IPAM_REQUIRED.has(mainType) || mainType === OVN) return;
    const isThere = plugins.some(({ conf }) => {
      const ipam = fieldOf(conf, 'ipam')?.value;
      return ipam !== undefined && !(isJsonObject(ipam) && Object.keys(ipam).length === 0);
    });
    if (!isThere)
      yield {
        at: { path: [...main.path, 'ipam'], part: 'key' },
        message: 'pods get no address here: there is no ipam',
      };
  },
});
