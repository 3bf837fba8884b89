// Pins the modules that ship custom resource definitions. Nothing of them is compiled (so no `go mod tidy` here: it would
// drop them); test/cluster/binaries.ts copies the YAML files out of the downloaded modules.
module ipamctl.test/cluster/crds

go 1.24.0

require (
	github.com/k8snetworkplumbingwg/network-attachment-definition-client v1.7.7
	github.com/openshift/api v0.0.0-20260715165912-72066cc9718b
)
