// Command search measures the search for the earliest free times at the HTTP
// API of a running server, as the booking page asks for them: every service of
// the directory in turn, without a filter, in one language, and in one way of
// meeting. It asks one after the other first and then several at a time, and
// prints one Markdown table. A time runs from the request to the last byte of
// the answer.
//
//	search --url http://127.0.0.1:8080 --count 200 --parallel 4
package main

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

// What one run may be at most.
const (
	maxCount    = 10_000
	maxParallel = 16
	maxTime     = 5 * time.Minute
)

type settings struct {
	URL      string `name:"url" required:"" help:"The server, at a loopback address."`
	Count    int    `default:"200" help:"Searches of each kind."`
	Parallel int    `default:"4" help:"How many at a time, for the second kind."`
	Account  string `help:"Sign in as this demo account first."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ctx, cancel := context.WithTimeout(ctx, maxTime)
	err := run(ctx, os.Args[1:], os.Stdout)
	cancel()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "search:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout io.Writer) error {
	var s settings
	parser, err := kong.New(&s, kong.Name("search"), kong.Description("Measure the search for free times of a running server."))
	if err != nil {
		return err
	}
	if _, err := parser.Parse(args); err != nil {
		return err
	}
	base, err := s.check()
	if err != nil {
		return err
	}
	c, err := newClient(base, s.Parallel)
	if err != nil {
		return err
	}
	defer c.close()
	if s.Account != "" {
		if err := c.signIn(ctx, s.Account); err != nil {
			return err
		}
	}
	questions, err := c.questions(ctx)
	if err != nil {
		return err
	}
	if _, err := ask(ctx, c, questions, len(questions), 1); err != nil { // fills caches and connections
		return fmt.Errorf("warm up: %w", err)
	}
	var reports []report
	for _, parallel := range []int{1, s.Parallel} {
		r, err := ask(ctx, c, questions, s.Count, parallel)
		if err != nil {
			return err
		}
		reports = append(reports, r)
	}
	return write(stdout, reports)
}

// check refuses what is too much and what is not on this machine.
func (s settings) check() (*url.URL, error) {
	if s.Count < 1 || s.Count > maxCount || s.Parallel < 1 || s.Parallel > maxParallel {
		return nil, fmt.Errorf("count %d, parallel %d: at most %d and %d", s.Count, s.Parallel, maxCount, maxParallel)
	}
	base, err := url.Parse(s.URL)
	if err != nil {
		return nil, fmt.Errorf("read --url: %w", err)
	}
	address, err := netip.ParseAddr(base.Hostname())
	if base.Scheme != "http" || base.Hostname() != "localhost" && (err != nil || !address.IsLoopback()) {
		return nil, fmt.Errorf("--url %s: want http:// and a loopback address", s.URL)
	}
	return base, nil
}
