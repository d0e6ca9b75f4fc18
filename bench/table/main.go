// Command table reads the results of runs, one JSON object a line and a file for each server (raw.jsonl, nara.jsonl), and
// prints a Markdown table: the median of every figure over the runs of a workload, and its ratio to the lower bound and
// to Janus with the same workload.
//
//	table FOLDER           what calls cost
//	table growth FOLDER    how that grows with the calls, and what a second loop carries
//	table waiting FOLDER   what those cost who are connected and wait
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "table:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout io.Writer) error {
	kind := "calls"
	if len(args) == 2 {
		kind, args = args[0], args[1:]
	}
	if len(args) != 1 {
		return errors.New("want one folder with a SERVER.jsonl for each server")
	}
	groups, err := read(os.DirFS(args[0]))
	if err != nil {
		return err
	}
	switch kind {
	case "calls":
		return writeCalls(stdout, groups)
	case "growth":
		return writeGrowth(stdout, groups)
	case "waiting":
		return writeWaiting(stdout, groups)
	}
	return fmt.Errorf("%q is not growth or waiting", kind)
}
