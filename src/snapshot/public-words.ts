/**
 * Words of names that are not people's own: of Kubernetes, OpenShift, multus, whereabouts and KubeVirt. Redaction leaves
 * them, for ipamctl knows objects by them.
 */
const WORDS = `
  kube system public default lease openshift kubernetes k8s io x beta alpha ovn org cluster network networks operator
  multus whereabouts shim reconciler config controller daemon daemonset deployment cni sysctl allowlist conf cncf dhcp node
  nodes slice slices pool pools ip control loop admission webhook isolate true false virt launcher kubevirt
  attachment definitions definition ippools overlappingrangeipreservations nodeslicepools
  app name instance component role worker master plane infra hostname os arch linux amd64 arm64
  unreachable not ready unschedulable schedule cron expression flatfile reconcile log level debug verbose error
  pod template hash generation revision revisionhash statefulset index job batch apps v1 namespace namespaces
  container containers spec token watcher sleep source install sh bin entrypoint
`;

export const keptWords: ReadonlySet<string> = new Set(WORDS.split(/\s+/).filter((word) => word !== ''));
