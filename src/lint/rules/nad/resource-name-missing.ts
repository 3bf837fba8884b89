import { defineRule } from '../../model.js';
import { fieldOf } from '../../go-fields.js';
import { nad } from '../examples.js';
import { isMistyped, RESOURCE_NAME } from './annotations.js';

const NEED_DEVICE: ReadonlySet<string> = new Set(['sriov', 'ib-sriov', 'accelerated-bridge']);
const SRIOV = `{
  "cniVersion": "1.0.0",
  "name": "tenant-a",
  "type": "sriov",
  "vlan": 7
}`;

export const resourceNameMissing = defineRule({
  id: 'nad/resource-name-missing',
  severity: 'warning',
  title: 'a plugin that needs a device, and nothing that gives it one',
  why: 'The plugin moves a virtual function into the pod. multus tells it which one by the resource that the annotation names; without it no device is allocated, and the pod does not start.',
  over: 'nad',
  judges: 'shape',
  needs: ['values'],
  fix: { kind: 'suggested', text: `write the annotation ${RESOURCE_NAME}, with the resource of the device plugin` },
  bad: nad(SRIOV),
  good: {
    text: nad(SRIOV).text.replace(
      '  namespace: default\n',
      `  namespace: default\n  annotations:\n    ${RESOURCE_NAME}: openshift.io/tenant_a\n`,
    ),
  },
  source: 'k8snetworkplumbingwg/sriov-cni pkg/config/config.go; multus-cni 95a0932 pkg/k8sclient/k8sclient.go',
  *check({ subject: { path, network, annotations } }) {
    // A mistyped annotation is said of by nad/annotation-key-typo.
    if (Object.hasOwn(annotations, RESOURCE_NAME) || Object.keys(annotations).some(isMistyped)) return;
    const plugin = network?.plugins.find(({ type }) => type !== undefined && NEED_DEVICE.has(type));
    if (plugin === undefined || isGiven(fieldOf(plugin.conf, 'deviceID')?.value)) return;
    yield {
      at: { path: [...path, 'metadata', 'annotations', RESOURCE_NAME] },
      message: `${plugin.type ?? ''} needs a device: the annotation ${RESOURCE_NAME} is missing`,
      upstream: plugin.type === 'accelerated-bridge' ? null : 'VF pci addr is required',
    };
  },
});

function isGiven(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
