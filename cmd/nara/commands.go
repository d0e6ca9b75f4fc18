package main

import (
	"fmt"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"nara/httpapi"
)

// version is set when a release is built.
var version = ""

// commands are the subcommands.
type commands struct {
	Serve   serveCommand   `cmd:"" help:"Run the service."`
	Migrate migrateCommand `cmd:"" help:"Bring the database to this version's schema, and stop."`
	Seed    seedCommand    `cmd:"" help:"Fill an empty database with the demo county, and stop."`
	Load    loadCommand    `cmd:"" help:"Join calls of a running server as many participants, and print figures as JSON."`
	OpenAPI openAPICommand `cmd:"" name:"openapi" help:"Print the OpenAPI document of the web API."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

type openAPICommand struct{}

func (openAPICommand) Run(p *process) error {
	document, err := httpapi.OpenAPI()
	if err != nil {
		return err
	}
	_, err = p.stdout.Write(document)
	return err
}

type versionCommand struct{}

func (versionCommand) Run(p *process) error {
	_, err := fmt.Fprintln(p.stdout, "nara", buildVersion())
	return err
}

// buildVersion is the release's version, or the commit that Go noted.
func buildVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" && len(setting.Value) >= 12 {
				return setting.Value[:12]
			}
		}
	}
	return "unreleased"
}

// environment gives kong the NARA_ variables. What it cannot use becomes a fault of the configuration, to be told
// together with the others.
type environment struct {
	getenv func(string) string
	faults []string
}

// variable names the environment variable of a flag.
func variable(flag string) string {
	return "NARA_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// Validate is part of kong.Resolver; there is nothing to check before flags are known.
func (e *environment) Validate(*kong.Application) error { return nil }

// Resolve is part of kong.Resolver.
func (e *environment) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	value := e.getenv(variable(flag.Name))
	if value == "" || flag.Name == "help" {
		return nil, nil
	}
	if flag.IsBool() {
		if _, err := strconv.ParseBool(value); err != nil {
			e.faults = append(e.faults, fmt.Sprintf("%s is %q: use true or false", variable(flag.Name), value))
			return nil, nil
		}
	}
	return value, nil
}
