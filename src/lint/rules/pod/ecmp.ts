import { Address } from '../../../net/address.js';
import { readAttachment, type Said } from '../../asked-networks.js';
import { defineRule } from '../../model.js';
import { pod } from './examples.js';

export const ecmp = defineRule({
  id: 'pod/ecmp',
  severity: 'error',
  title: 'two default routes of one family',
  why: 'A pod has one default route of each family. multus refuses a second one, of the same network or another, and the pod does not start.',
  over: 'attachment',
  needs: ['values'],
  fix: null,
  bad: pod('[{"name": "tenant-a", "default-route": ["192.0.2.1", "192.0.2.2"]}]'),
  good: pod('[{"name": "tenant-a", "default-route": ["192.0.2.1", "2001:db8::1"]}]'),
  source: 'multus-cni 95a0932 pkg/types/conf.go (CheckGatewayConfig)',
  *check({ subject }) {
    const first = new Map<number, Said>();
    for (const route of readAttachment(subject).asked.flatMap(({ defaultRoutes }) => defaultRoutes)) {
      const family = Address.parse(route.text)?.family;
      if (family === undefined) continue;
      const other = first.get(family);
      if (other === undefined) first.set(family, route);
      else
        yield {
          at: route.at,
          message: `${other.text} is the default route for IPv${family} already`,
          upstream: 'multus does not support ECMP for default-route',
        };
    }
  },
});
