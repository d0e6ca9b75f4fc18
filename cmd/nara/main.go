// Command nara is the whole service in one binary: `nara serve` runs it, the other subcommands look after it.
//
// Start reading at serve.go.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

func main() {
	// The first signal asks for an orderly stop; from then on signals have their usual effect, so a second one kills.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

// run is the program without its process: it returns the exit code, 2 for a fault in how it was called.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	var commands commands
	environment := &environment{getenv: getenv}
	exited, code := false, 0
	parser, err := kong.New(&commands,
		kong.Name("nara"),
		kong.Description("Remote consultations for a wellbeing services county. Every flag is also an environment variable: --data-dir is NARA_DATA_DIR."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(status int) { exited, code = true, status }),
		kong.Resolvers(environment),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		fmt.Fprintln(stderr, "nara:", err)
		return 1
	}
	chosen, err := parser.Parse(args)
	switch {
	case exited:
		return code
	case err != nil:
		fmt.Fprintf(stderr, "nara: %v\nSee: nara --help\n", err)
		return 2
	}
	err = chosen.Run(&process{ctx: ctx, environment: environment, stdout: stdout, stderr: stderr})
	return report(stderr, err)
}

// report says what went wrong, faults of the configuration one a line.
func report(stderr io.Writer, err error) int {
	if err == nil {
		return 0
	}
	var faults configFaults
	if errors.As(err, &faults) {
		fmt.Fprintln(stderr, "nara: the configuration has faults:")
		for _, fault := range faults {
			fmt.Fprintln(stderr, "  -", fault)
		}
		return 2
	}
	fmt.Fprintln(stderr, "nara:", err)
	return 1
}

// process is what a subcommand gets of the world.
type process struct {
	ctx         context.Context
	environment *environment
	stdout      io.Writer
	stderr      io.Writer
}
