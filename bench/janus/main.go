// Command janus puts the workloads of `nara load` on a running Janus (its VideoRoom plugin, over WebSocket) and prints
// the same line of JSON, so that both servers compare: the same participants with the same peer connections, media,
// phases and counts; only the signalling differs.
//
//	taskset -c 0 janus -F FOLDER &       # with string_ids = true for the plugin; bench/janus.sh writes the folder
//	taskset -c 1 janus --url ws://127.0.0.1:8188 --pid 4711 --workload visit --size 40
//
// Janus takes no address of an interface that says it is loopback, so it needs another one: bench/README.md.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"nara/internal/load"
	"nara/internal/measure"
)

type settings struct {
	URL      string        `name:"url" required:"" help:"WebSocket of the server, at a loopback address."`
	Address  netip.Addr    `default:"127.0.0.1" help:"Where the participants' sockets are (${default})."`
	PID      int           `name:"pid" help:"Process of the server, for its CPU and memory."`
	Workload string        `default:"visit" help:"visit (rooms of 2), conference (rooms of 5) or fanout (1 to many)."`
	Size     int           `default:"10" help:"Rooms; for fanout, subscribers."`
	Idle     time.Duration `default:"0s" help:"Time in which the server without participants is measured first."`
	Warm     time.Duration `default:"3s" help:"Time between the last join and the measured window."`
	Dur      time.Duration `default:"8s" help:"The measured window."`
	Spacing  time.Duration `default:"50ms" help:"Time between two joins."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "janus:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout io.Writer) error {
	var s settings
	parser, err := kong.New(&s, kong.Name("janus"), kong.Description("Measure a running Janus under the load of calls."))
	if err != nil {
		return err
	}
	if _, err := parser.Parse(args); err != nil {
		return err
	}
	if local, err := load.Loopback(s.URL); err != nil {
		return err
	} else if !local || !s.Address.IsLoopback() {
		return fmt.Errorf("--url %s, --address %v: only loopback addresses are measured", s.URL, s.Address)
	}
	result, err := measure.Run(ctx, &janus{url: s.URL, at: s.Address}, measure.Workload{
		Name: s.Workload, Size: s.Size, Idle: s.Idle, Warm: s.Warm, Dur: s.Dur, Spacing: s.Spacing,
	}, s.PID)
	if err != nil {
		return err
	}
	return json.NewEncoder(stdout).Encode(result)
}
