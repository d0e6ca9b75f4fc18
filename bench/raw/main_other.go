//go:build !linux

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "raw: needs Linux: what it measures is recvmmsg and sendmmsg, which other systems do not have")
	os.Exit(1)
}
