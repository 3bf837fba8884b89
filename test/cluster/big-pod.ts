import type { TestCluster } from './cluster.js';
import type { KubeObject } from './client.js';
import { KINDS, storedForm } from './bulk.js';
import { NETWORKS, NETWORK_STATUS, networkStatusText, pod } from './objects.js';

/** What differs from pod to pod of a big cluster. */
export interface BigPod {
  namespace: string;
  name: string;
  node: string;
  /** `namespace/name` of its NAD. */
  nad: string;
  address: string;
  podIP: string;
  padBytes: number;
}

/** A pod as one of a Deployment looks once it runs, about eight kilobytes with the traces of its four managers. */
export async function bigPodTemplate(cluster: TestCluster, namespace: string): Promise<KubeObject> {
  const annotations = {
    [NETWORKS]: 'default/big',
    'openshift.io/scc': 'restricted-v2',
    'seccomp.security.alpha.kubernetes.io/pod': 'runtime/default',
    'k8s.ovn.org/pod-networks': JSON.stringify({
      default: { ip_addresses: ['10.128.0.7/23'], mac_address: '0a:58:0a:80:00:07', gateway_ips: ['10.128.0.1'] },
    }),
  };
  const probe = (path: string): object => ({
    httpGet: { path, port: 8080, scheme: 'HTTP' },
    periodSeconds: 10,
    timeoutSeconds: 1,
  });
  const object = pod({
    namespace,
    name: 'template',
    node: 'big-node-0',
    podIP: '172.16.0.1',
    labels: { app: 'load', 'app.kubernetes.io/name': 'load', 'pod-template-hash': '6d4cf56db6' },
    annotations,
    ownerReferences: [
      {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        name: 'load-6d4cf56db6',
        uid: '5f0c7a52-5b1f-4f0e-9b0e-2a54c1c9b7aa',
        controller: true,
      },
    ],
    spec: {
      serviceAccountName: 'default',
      securityContext: { seccompProfile: { type: 'RuntimeDefault' }, fsGroup: 1000680000 },
      containers: ['app', 'sidecar'].map((name) => ({
        name,
        image: `registry.example.com/load/${name}@sha256:${'3f'.repeat(32)}`,
        args: ['--listen=:8080', '--log-level=info', '--config=/etc/load/config.yaml'],
        env: [
          { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: 'POD_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
          { name: 'UPSTREAM', value: 'https://upstream.example.com:8443/api/v1' },
        ],
        ports: [{ name: 'http', containerPort: name === 'app' ? 8080 : 9090, protocol: 'TCP' }],
        resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
        livenessProbe: probe('/healthz'),
        readinessProbe: probe('/readyz'),
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, runAsNonRoot: true },
        volumeMounts: [
          { name: 'config', mountPath: '/etc/load' },
          { name: 'kube-api-access', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true },
        ],
      })),
      volumes: [
        { name: 'config', configMap: { name: 'load-config' } },
        {
          name: 'kube-api-access',
          projected: {
            sources: [
              { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
              { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
            ],
          },
        },
      ],
    },
    status: {
      hostIP: '192.0.2.10',
      hostIPs: [{ ip: '192.0.2.10' }],
      startTime: '2026-01-10T08:00:00Z',
      qosClass: 'Burstable',
      containerStatuses: ['app', 'sidecar'].map((name) => ({
        name,
        ready: true,
        started: true,
        restartCount: 0,
        image: `registry.example.com/load/${name}`,
        imageID: `registry.example.com/load/${name}@sha256:${'3f'.repeat(32)}`,
        containerID: `cri-o://${'7c'.repeat(32)}`,
        state: { running: { startedAt: '2026-01-10T08:00:09Z' } },
        lastState: {},
      })),
    },
  });
  return storedForm(cluster, KINDS.pods, object, 'kube-controller-manager', [
    { manager: 'multus', body: { metadata: { annotations: { [NETWORK_STATUS]: '[]' } } } },
    { manager: 'kubelet', body: { status: object['status'] } },
  ]);
}

/** The fields of a pod that differ from its template. */
export function bigPod(
  template: KubeObject,
  fields: BigPod,
): { annotations: Record<string, string>; spec: object; status: object } {
  const annotations: Record<string, string> = {
    ...template.metadata?.annotations,
    [NETWORKS]: fields.nad,
    [NETWORK_STATUS]: networkStatusText([
      {
        name: 'ovn-kubernetes',
        interface: 'eth0',
        ips: [fields.podIP],
        mac: '0a:58:0a:80:00:07',
        default: true,
        dns: {},
      },
      { name: fields.nad, interface: 'net1', ips: [fields.address], mac: '02:42:9f:00:00:01', dns: {} },
    ]),
  };
  if (fields.padBytes > 0) annotations['example.com/padding'] = 'x'.repeat(fields.padBytes);
  return {
    annotations,
    spec: { ...(template['spec'] as object), nodeName: fields.node },
    status: { ...(template['status'] as object), podIP: fields.podIP, podIPs: [{ ip: fields.podIP }] },
  };
}
