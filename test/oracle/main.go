// Command oracle answers questions about addresses, ranges and names with the functions of whereabouts itself (and of Go
// and k8s.io/utils underneath), and about metrics with those of Prometheus, so that the tests of ipamctl compare with them
// and not with a memory of them.
//
// It reads one JSON question a line from stdin and writes one JSON answer a line to stdout, in the same order.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/prometheus/common/expfmt"
	"github.com/robfig/cron/v3"
	netutils "k8s.io/utils/net"

	"github.com/k8snetworkplumbingwg/whereabouts/pkg/allocate"
	"github.com/k8snetworkplumbingwg/whereabouts/pkg/config"
	"github.com/k8snetworkplumbingwg/whereabouts/pkg/iphelpers"
	"github.com/k8snetworkplumbingwg/whereabouts/pkg/logging"
	"github.com/k8snetworkplumbingwg/whereabouts/pkg/storage/kubernetes"
	"github.com/k8snetworkplumbingwg/whereabouts/pkg/types"
)

type question struct {
	Ask      string   `json:"ask"`
	Text     string   `json:"text"`
	Other    string   `json:"other"`
	Offset   string   `json:"offset"`
	Start    string   `json:"start"`
	End      string   `json:"end"`
	Network  string   `json:"network"`
	Node     string   `json:"node"`
	Excludes []string `json:"excludes"`
	// Limit on the addresses that "assign" hands out.
	Limit int `json:"limit"`
}

type answer struct {
	OK    bool     `json:"ok"`
	Error string   `json:"error,omitempty"`
	Text  string   `json:"text"`
	Other string   `json:"other"`
	Four  bool     `json:"four"`
	List  []string `json:"list,omitempty"`
	// Config is what LoadIPAMConfig gives.
	Config *loaded `json:"config,omitempty"`
}

type loaded struct {
	Name        string        `json:"name"`
	NetworkName string        `json:"networkName"`
	SliceSize   string        `json:"sliceSize"`
	Overlapping bool          `json:"overlapping"`
	Ranges      []loadedRange `json:"ranges"`
}

type loadedRange struct {
	Range   string   `json:"range"`
	Start   string   `json:"start"`
	End     string   `json:"end"`
	Exclude []string `json:"exclude"`
}

func main() {
	// The plugin logs to stderr; a hundred thousand questions need no log.
	logging.SetLogStderr(false)
	flatFile, err := writeFlatFile()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer os.RemoveAll(filepath.Dir(flatFile))

	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 0, 1<<20), 1<<26)
	out := bufio.NewWriter(os.Stdout)
	// DivideRangeBySize prints to stdout, which is for answers.
	os.Stdout = os.Stderr
	defer out.Flush()
	encoder := json.NewEncoder(out)
	for in.Scan() {
		var q question
		if err := json.Unmarshal(in.Bytes(), &q); err != nil {
			fmt.Fprintln(os.Stderr, "bad question:", err)
			os.Exit(1)
		}
		if err := encoder.Encode(reply(q, flatFile)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	if err := in.Err(); err != nil && err != io.EOF {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// writeFlatFile writes the file of node-wide settings without which LoadIPAMConfig refuses everything.
func writeFlatFile() (string, error) {
	dir, err := os.MkdirTemp("", "ipamctl-oracle")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "whereabouts.conf")
	return path, os.WriteFile(path, []byte(`{"kubernetes":{"kubeconfig":"/nowhere"}}`), 0o600)
}

// reply answers one question; a panic of the code under question is an answer too.
func reply(q question, flatFile string) (a answer) {
	defer func() {
		if p := recover(); p != nil {
			a = answer{Error: fmt.Sprintf("panic: %v", p)}
		}
	}()
	switch q.Ask {
	case "ip":
		return ipAnswer(net.ParseIP(q.Text))
	case "ipSloppy":
		return ipAnswer(netutils.ParseIPSloppy(q.Text))
	case "cidr":
		return cidrAnswer(net.ParseCIDR(q.Text))
	case "cidrSloppy":
		return cidrAnswer(netutils.ParseCIDRSloppy(q.Text))
	case "contains":
		_, network, err := net.ParseCIDR(q.Text)
		if err != nil {
			return failure(err)
		}
		return answer{OK: network.Contains(net.ParseIP(q.Other))}
	case "getOffset":
		offset, err := iphelpers.IPGetOffset(net.ParseIP(q.Text), net.ParseIP(q.Other))
		if err != nil {
			return failure(err)
		}
		return answer{OK: true, Text: strconv.FormatUint(offset, 10)}
	case "lastTick":
		return lastTick(q.Text, q.Start)
	case "addOffset":
		offset, err := strconv.ParseUint(q.Offset, 10, 64)
		if err != nil {
			return failure(err)
		}
		return ipAnswer(iphelpers.IPAddOffset(net.ParseIP(q.Text), offset))
	case "range":
		_, network, err := net.ParseCIDR(q.Text)
		if err != nil {
			return failure(err)
		}
		first, last, err := iphelpers.GetIPRange(*network, net.ParseIP(q.Start), net.ParseIP(q.End))
		if err != nil {
			return failure(err)
		}
		return answer{OK: true, Text: first.String(), Other: last.String()}
	case "poolName":
		return answer{OK: true, Text: kubernetes.IPPoolName(kubernetes.PoolIdentifier{
			IpRange: q.Text, NetworkName: q.Network, NodeName: q.Node})}
	case "reservationName":
		return answer{OK: true, Text: kubernetes.NormalizeIP(net.ParseIP(q.Text), q.Network)}
	case "assign":
		return assignAll(q)
	case "load":
		return load(q.Text, flatFile)
	case "divide":
		slices, err := iphelpers.DivideRangeBySize(q.Text, q.Other)
		if err != nil {
			return failure(err)
		}
		return answer{OK: true, List: slices}
	case "metrics":
		return metrics(q.Text)
	}
	return answer{Error: "unknown question " + q.Ask}
}

func failure(err error) answer { return answer{Error: err.Error()} }

func ipAnswer(ip net.IP) answer {
	if ip == nil {
		return answer{}
	}
	return answer{OK: true, Text: ip.String(), Four: ip.To4() != nil}
}

func cidrAnswer(ip net.IP, network *net.IPNet, err error) answer {
	if err != nil {
		return failure(err)
	}
	return answer{OK: true, Text: ip.String(), Other: network.String(), Four: ip.To4() != nil}
}

// assignAll lets whereabouts hand out addresses, one pod after the other, until it refuses.
func assignAll(q question) answer {
	conf := types.RangeConfiguration{
		Range: q.Text, RangeStart: net.ParseIP(q.Start), RangeEnd: net.ParseIP(q.End), OmitRanges: q.Excludes,
	}
	var reserved []types.IPReservation
	a := answer{OK: true}
	for i := 0; i < q.Limit; i++ {
		id := strconv.Itoa(i)
		assigned, updated, err := allocate.AssignIP(conf, reserved, id, "ns/"+id, "net1")
		if err != nil {
			a.Error = err.Error()
			return a
		}
		reserved = updated
		a.List = append(a.List, assigned.IP.String())
	}
	a.Text = "limit"
	return a
}

// lastTick tells in Unix milliseconds when a schedule last fired, at or before a moment; nothing where it did not for five
// years. It refuses what the scheduler refuses, and what counts from a start of its own.
func lastTick(expression, at string) answer {
	moment, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return failure(err)
	}
	// As gocron's CronJob does in a scheduler whose location is UTC (gocron v2.19.1 job.go).
	if !strings.HasPrefix(expression, "TZ=") && !strings.HasPrefix(expression, "CRON_TZ=") {
		expression = "CRON_TZ=UTC " + expression
	}
	schedule, err := cron.ParseStandard(expression)
	if err != nil {
		return failure(err)
	}
	if _, ok := schedule.(*cron.SpecSchedule); !ok {
		return answer{Error: "no calendar"}
	}
	a := answer{OK: true}
	for _, days := range []int{1, 35, 370, 5 * 366} {
		next := schedule.Next(moment.AddDate(0, 0, -days))
		for ; !next.IsZero() && !next.After(moment); next = schedule.Next(next) {
			a.Text = strconv.FormatInt(next.UnixMilli(), 10)
		}
		if a.Text != "" {
			break
		}
	}
	return a
}

// metrics reads Prometheus' text format and lists each sample as NAME{LABEL="VALUE",...} VALUE in the order of the names; what
// the linter of Prometheus has to say is the error.
func metrics(text string) answer {
	var parser expfmt.TextParser
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		return failure(err)
	}
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil {
		return failure(err)
	}
	var said []string
	for _, problem := range problems {
		said = append(said, problem.Metric+": "+problem.Text)
	}
	a := answer{OK: len(said) == 0, Error: strings.Join(said, "; ")}
	for name, family := range families {
		for _, sample := range family.GetMetric() {
			var labels []string
			for _, label := range sample.GetLabel() {
				labels = append(labels, fmt.Sprintf("%s=%q", label.GetName(), label.GetValue()))
			}
			value := strconv.FormatFloat(sample.GetGauge().GetValue(), 'g', -1, 64)
			a.List = append(a.List, fmt.Sprintf("%s{%s} %s", name, strings.Join(labels, ","), value))
		}
	}
	sort.Strings(a.List)
	return a
}

func load(text, flatFile string) answer {
	conf, _, err := config.LoadIPAMConfig([]byte(text), "", flatFile)
	if err != nil {
		return failure(err)
	}
	l := loaded{
		Name: conf.Name, NetworkName: conf.NetworkName, SliceSize: conf.NodeSliceSize, Overlapping: conf.OverlappingRanges,
		Ranges: []loadedRange{},
	}
	for _, r := range conf.IPRanges {
		l.Ranges = append(l.Ranges, loadedRange{r.Range, ipText(r.RangeStart), ipText(r.RangeEnd), r.OmitRanges})
	}
	return answer{OK: true, Config: &l}
}

func ipText(ip net.IP) string {
	if ip == nil {
		return ""
	}
	return ip.String()
}
