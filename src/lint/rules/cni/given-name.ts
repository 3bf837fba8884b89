import type { Edit, NetworkSubject } from '../../model.js';

const NETWORK_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/** Whether libcni takes it as the name of a network. Source: containernetworking/cni 3f51e88 pkg/utils/utils.go. */
export function isNetworkName(name: string): boolean {
  return NETWORK_NAME.test(name);
}

/** `name` as it is written; libcni and multus look it up by its exact case. */
export function givenName({ conf }: NetworkSubject): unknown {
  return Object.hasOwn(conf, 'name') ? conf['name'] : undefined;
}

/** Whether another spelling of a key is there: `json/key-case` speaks of it. */
export function hasOtherCase({ conf }: NetworkSubject, name: string): boolean {
  return Object.keys(conf).some((key) => key !== name && key.toLowerCase() === name.toLowerCase());
}

/** Writes the object's name as that of the network, which is what multus does. */
export function nameEdits(network: NetworkSubject): Edit[] {
  const { path, name } = network;
  if (name === null || !isNetworkName(name) || network.isBroken) return [];
  return givenName(network) === undefined
    ? [{ kind: 'insert', path, key: 'name', value: name }]
    : [{ kind: 'set', path: [...path, 'name'], value: name }];
}
