// Command table reads the results of runs, one JSON object a line and a file
// for each server (raw.jsonl, nara.jsonl), and prints a Markdown table: the
// median of every figure over the runs of a workload, and its ratio to the
// lower bound of the same workload.
//
//	table FOLDER
package main

import (
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
	if len(args) != 1 {
		return fmt.Errorf("want one folder with a SERVER.jsonl for each server, got %d arguments", len(args))
	}
	groups, err := read(os.DirFS(args[0]))
	if err != nil {
		return err
	}
	return write(stdout, groups)
}
