// Command nara is the whole service in one binary.
package main

import (
	"fmt"
	"os"

	"nara/httpapi"
)

func main() {
	document, err := httpapi.New().MarshalOpenAPI()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Stdout.Write(document)
}
