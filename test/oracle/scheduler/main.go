// Command scheduler answers what the scheduler of whereabouts' reconciler makes of an expression: gocron itself, as the
// reconciler asks it (whereabouts v0.9.4 pkg/reconciler/config.go, cmd/reconciler/main.go).
//
// It reads one JSON question a line from stdin and writes one JSON answer a line to stdout, in the same order.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"time"
	// Zones, whatever the machine has of them.
	_ "time/tzdata"

	"github.com/go-co-op/gocron/v2"
)

type question struct {
	Expression string    `json:"expression"`
	After      time.Time `json:"after"`
	Count      int       `json:"count"`
}

type answer struct {
	Valid bool   `json:"valid"`
	Error string `json:"error,omitempty"`
	// Next are the times at which it runs, in Unix milliseconds.
	Next []int64 `json:"next"`
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 0, 1<<20), 1<<26)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	for in.Scan() {
		var q question
		if err := json.Unmarshal(in.Bytes(), &q); err != nil {
			fmt.Fprintln(os.Stderr, "bad question:", err)
			os.Exit(1)
		}
		if err := encoder.Encode(reply(q)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// reply answers one question; a panic of the scheduler is an answer too.
func reply(q question) (a answer) {
	defer func() {
		if p := recover(); p != nil {
			a = answer{Error: fmt.Sprintf("panic: %v", p), Next: []int64{}}
		}
	}()
	cron := gocron.NewDefaultCron(false)
	a = answer{Next: []int64{}}
	if err := cron.IsValid(q.Expression, time.UTC, q.After); err != nil {
		a.Error = err.Error()
		return a
	}
	a.Valid = true
	at := q.After
	for range q.Count {
		at = cron.Next(at)
		if at.IsZero() {
			break
		}
		a.Next = append(a.Next, at.UnixMilli())
	}
	return a
}
