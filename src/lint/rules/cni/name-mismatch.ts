import { defineRule } from '../../model.js';
import { nadWith } from '../examples.js';
import { givenName } from './given-name.js';
import { OVN } from './kinds.js';

export const nameMismatch = defineRule({
  id: 'cni/name-mismatch',
  severity: 'info',
  title: 'a network that is named otherwise than its object',
  why: 'It works. What is kept by the network (the state of host-local on the node, the node slices of whereabouts, the cache of libcni) goes by the name in the configuration, while pods and people know that of the object.',
  over: 'network',
  needs: ['values'],
  fix: null,
  bad: nadWith('"name": "tenant-a"', '"name": "tenant-b"'),
  good: nadWith(),
  source: 'containernetworking/cni 3f51e88 libcni; containernetworking/plugins v1.9.0 plugins/ipam/host-local',
  *check({ subject }) {
    const { origin, form, name, path, mainType } = subject;
    const given = givenName(subject);
    if (form === 'ipam' || origin === 'file' || name === null || typeof given !== 'string' || given === '') return;
    // The networks of OVN-Kubernetes have names of their own: several objects may belong to one.
    if (given === name || mainType === OVN) return;
    yield { at: { path: [...path, 'name'] }, message: `the network is called "${given}", and its object "${name}"` };
  },
});
