package main

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"

	"nara/demo"
)

// newLog writes lines of key=value. Secrets are types that redact themselves, and nobody logs a person's name.
func newLog(to io.Writer, level string) *slog.Logger {
	var at slog.Level
	if err := at.UnmarshalText([]byte(level)); err != nil {
		at = slog.LevelInfo
	}
	return slog.New(slog.NewTextHandler(to, &slog.HandlerOptions{Level: at}))
}

// originsOn is how people reach the service, now that its port is known.
func (c config) originsOn(address net.Addr) []string {
	if len(c.origins) > 0 {
		return c.origins
	}
	_, port, _ := net.SplitHostPort(address.String())
	return []string{"http://localhost:" + port, "http://127.0.0.1:" + port}
}

// announce says where to click.
func (c config) announce(stdout io.Writer, log *slog.Logger, address, admin net.Addr) {
	log.Info("serving", "listen", address.String(), "admin", admin.String(), "url", c.origins[0], "version", buildVersion(), "demo", c.demo)
	if c.exposed() {
		log.Warn("other machines can reach this server, but without https their browsers give no camera and keep no session: put an https proxy in front and set --base-url")
	}
	if !c.demo {
		log.Info("nobody can sign in without --demo yet: signing in for staff by OpenID Connect is not part of this version; visit links work")
		fmt.Fprintf(stdout, "Nära is running at %s\n", c.origins[0])
		return
	}
	fmt.Fprintf(stdout, "\nNära is running with its demo county. Open %s\n\n", c.origins[0])
	fmt.Fprintf(stdout, "  Sign in with one click at %s/sign-in as\n", c.origins[0])
	for _, account := range demo.Accounts() {
		fmt.Fprintf(stdout, "    %-20s %s\n", account.Name, strings.TrimSpace(account.Detail.EN))
	}
	fmt.Fprintf(stdout, "\n  All people are made up. The data stays in %s; Ctrl-C stops the server.\n\n", c.dataDir)
}
