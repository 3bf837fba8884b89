// Pins the module that ships the definitions of Tekton. Nothing of it is compiled (so no `go mod tidy` here).
module ipamctl.test/tekton

go 1.24.0

require github.com/tektoncd/pipeline v1.0.0
