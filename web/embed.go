// Package web holds the built web UI. Its sources are TypeScript and stand beside this file; `make build` makes
// dist from them and the Go compiler takes it in.
package web

import (
	"embed"
	"io/fs"
)

// The pattern with all: takes dist/.keep along, so that the package also compiles before the UI is built.
//
//go:embed all:dist
var dist embed.FS

// Dist is the built UI: index.html at its root once it has been built.
func Dist() (fs.FS, error) { return fs.Sub(dist, "dist") }
