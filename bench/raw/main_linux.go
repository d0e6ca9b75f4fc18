package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"nara/internal/measure"
)

type commands struct {
	Serve serveCommand `cmd:"" help:"Forward until interrupted; prints its address and process id."`
	Load  loadCommand  `cmd:"" help:"Put a workload on a running raw serve; prints one line of JSON."`
}

type serveCommand struct {
	Listen  string        `default:"127.0.0.1:0" help:"Loopback address of the control connection (TCP)."`
	Segment bool          `help:"Send runs of equal packets for one receiver as one (UDP_SEGMENT)."`
	For     time.Duration `default:"10m" help:"End by itself after this time, at most 1h."`
}

type loadCommand struct {
	Address  string        `required:"" help:"Control address of the server, as it prints it."`
	Name     string        `default:"raw" help:"Name in the results."`
	PID      int           `name:"pid" help:"Process of the server, for its CPU and memory."`
	Workload string        `default:"visit" help:"visit (rooms of 2), conference (rooms of 5) or fanout (1 to many)."`
	Size     int           `default:"10" help:"Rooms; for fanout, subscribers."`
	Idle     time.Duration `default:"0s" help:"Time in which the server without members is measured first."`
	Warm     time.Duration `default:"3s" help:"Time between the last join and the measured window."`
	Dur      time.Duration `default:"8s" help:"The measured window."`
	Spacing  time.Duration `default:"50ms" help:"Time between two joins."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := execute(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "raw:", err)
		os.Exit(1)
	}
}

func execute(ctx context.Context, args []string, stdout io.Writer) error {
	var c commands
	parser, err := kong.New(&c, kong.Name("raw"), kong.Description("The lower bound of a media server, and a load for it."))
	if err != nil {
		return err
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		return err
	}
	parsed.BindTo(ctx, (*context.Context)(nil))
	parsed.BindTo(stdout, (*io.Writer)(nil))
	return parsed.Run()
}

// Run forwards until it is told to end or its time is over.
func (c serveCommand) Run(ctx context.Context, stdout io.Writer) error {
	if c.For <= 0 || c.For > time.Hour {
		return fmt.Errorf("--for %v: from 0 to 1h", c.For)
	}
	ctx, cancel := context.WithTimeout(ctx, c.For)
	defer cancel()
	s, err := listen(c.Listen, c.Segment)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "address=%s pid=%d\n", s.address(), os.Getpid())
	return s.run(ctx)
}

// Run prints the result of one run.
func (c loadCommand) Run(ctx context.Context, stdout io.Writer) error {
	result, err := measure.Run(ctx, bound{name: c.Name, address: c.Address}, measure.Workload{
		Name: c.Workload, Size: c.Size, Idle: c.Idle, Warm: c.Warm, Dur: c.Dur, Spacing: c.Spacing,
	}, c.PID)
	if err != nil {
		return err
	}
	return json.NewEncoder(stdout).Encode(result)
}
