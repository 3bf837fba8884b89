// Pins the modules that ship the definitions of Argo CD and of Open Cluster Management. Nothing of them is compiled (so no
// `go mod tidy` here).
module ipamctl.test/fleet

go 1.24.0

require (
	github.com/argoproj/argo-cd/v2 v2.14.21
	open-cluster-management.io/api v1.0.0
)
