// One run of whereabouts' own reconciler, as its cron makes it: the same package, the same client with the same limits.
// KUBECONFIG stands for the service account that it has in a pod.
package main

import (
	"fmt"
	"os"

	"github.com/k8snetworkplumbingwg/whereabouts/pkg/reconciler"
	"github.com/k8snetworkplumbingwg/whereabouts/pkg/storage/kubernetes"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// As reconciler.ReconcileIPs of v0.9.4 does it.
func run() error {
	client, err := kubernetes.NewClientViaKubeconfig(os.Getenv("KUBECONFIG"))
	if err != nil {
		return err
	}
	looper, err := reconciler.NewReconcileLooperWithClient(client)
	if err != nil {
		return err
	}
	freed, err := looper.ReconcileIPPools()
	if err != nil {
		return err
	}
	fmt.Println(len(freed))
	return looper.ReconcileOverlappingIPAddresses()
}
