package main

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// plain are the settings that kong gives when nothing is set.
func plain() settings {
	return settings{Listen: "127.0.0.1:8080", AdminListen: "127.0.0.1:8081", DataDir: "./data", MediaListen: []string{"127.0.0.1:7882"}, MediaTCP: true, LogLevel: "info"}
}

func TestSettings_NothingSetIsAWholeConfiguration(t *testing.T) {
	c, err := plain().parse(nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"http://localhost:8080", "http://127.0.0.1:8080"}, c.origins); diff != "" {
		t.Error(diff)
	}
	if c.media.Loops != runtime.GOMAXPROCS(0) || len(c.media.Listen) != 1 || c.media.Listen[0].String() != "127.0.0.1:7882" || !c.media.TCP || c.exposed() {
		t.Errorf("unexpected defaults: %+v", c)
	}
}

func TestSettings_EachFaultIsNamed(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*settings)
		says   string
	}{
		"no port":              {func(s *settings) { s.Listen = "127.0.0.1" }, "--listen (NARA_LISTEN): \"127.0.0.1\" is not an address"},
		"port too large":       {func(s *settings) { s.Listen = "127.0.0.1:70000" }, "--listen"},
		"a name":               {func(s *settings) { s.AdminListen = "example.org:80" }, "--admin-listen"},
		"same address":         {func(s *settings) { s.AdminListen = s.Listen }, "--admin-listen (NARA_ADMIN_LISTEN): is the same"},
		"no folder":            {func(s *settings) { s.DataDir = " " }, "--data-dir"},
		"another database":     {func(s *settings) { s.DatabaseURL = "mysql://x:secret@y/z" }, "--database-url (NARA_DATABASE_URL): starts with neither postgres://"},
		"not NATS":             {func(s *settings) { s.NATSURL = "http://x" }, "--nats-url (NARA_NATS_URL)"},
		"media without port":   {func(s *settings) { s.MediaListen = []string{"127.0.0.1"} }, "--media-listen"},
		"media everywhere":     {func(s *settings) { s.MediaListen = []string{"0.0.0.0:7882"} }, "--media-address (NARA_MEDIA_ADDRESS): is needed"},
		"media to a name":      {func(s *settings) { s.MediaAddress = []string{"sfu.example"} }, "--media-address"},
		"media to half a pair": {func(s *settings) { s.MediaAddress = []string{"203.0.113.1="} }, "--media-address"},
		"media to elsewhere":   {func(s *settings) { s.MediaAddress = []string{"203.0.113.1=10.0.0.5"} }, "\"203.0.113.1=10.0.0.5\" leads to no address of --media-listen"},
		"media of no family":   {func(s *settings) { s.MediaAddress = []string{"2001:db8::5"} }, "leads to no address"},
		"media by a zone":      {func(s *settings) { s.MediaAddress = []string{"fe80::1%eth0"} }, "is not an IP address that browsers can reach"},
		"media beyond ports":   {func(s *settings) { s.MediaListen, s.Loops = []string{"127.0.0.1:65535"}, "2" }, "has no ports behind it for 2 loops"},
		"base without scheme":  {func(s *settings) { s.BaseURL = "nara.example" }, "--base-url"},
		"base with path":       {func(s *settings) { s.BaseURL = "https://nara.example/app" }, "has more than a scheme"},
		"base mixed":           {func(s *settings) { s.BaseURL = "https://nara.example,http://localhost:8080" }, "mixes http and https"},
		"no loops":             {func(s *settings) { s.Loops = "0" }, "--loops (NARA_LOOPS): \"0\" is not a number"},
		"too many loops":       {func(s *settings) { s.Loops = "65" }, "is not a number from 1 to 64"},
		"loops in words":       {func(s *settings) { s.Loops = "two" }, "--loops"},
		"unknown level of log": {func(s *settings) { s.LogLevel = "loud" }, "--log-level"},
	} {
		t.Run(name, func(t *testing.T) {
			s := plain()
			test.change(&s)
			_, err := s.parse(nil)
			var faults configFaults
			if !errors.As(err, &faults) || len(faults) != 1 || !strings.Contains(faults[0], test.says) {
				t.Fatalf("got %v, want one fault that says %s", err, test.says)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("the fault repeats a password: %v", err)
			}
		})
	}
}

func TestSettings_SeveralMediaAddresses(t *testing.T) {
	s := plain()
	s.MediaListen = []string{"10.0.0.5:7882", "[2001:db8::5]:7882"}
	s.MediaAddress = []string{"203.0.113.1=10.0.0.5", "2001:db8::5"}
	s.MediaOnePort, s.MediaTCP, s.MediaGCMOnly = true, false, true
	c, err := s.parse(nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.media.Listen) != 2 || c.media.Listen[1].String() != "[2001:db8::5]:7882" || !c.media.OnePort || c.media.TCP || !c.media.GCMOnly {
		t.Errorf("%+v", c.media)
	}
	if p := c.media.Public; len(p) != 2 || p[0].Address.String() != "203.0.113.1" || p[0].Local.String() != "10.0.0.5" || p[1].Local.IsValid() {
		t.Errorf("%+v", p)
	}
}

func TestSettings_EverywhereIsReachedByBothFamilies(t *testing.T) {
	for _, listen := range [][]string{{"[::]:7882"}, {"0.0.0.0:7882", "[::]:7882"}} {
		s := plain()
		s.MediaListen, s.MediaAddress = listen, []string{"203.0.113.1", "2001:db8::5", "203.0.113.2=10.0.0.6"}
		if c, err := s.parse(nil); err != nil || len(c.media.Public) != 3 || c.media.GCMOnly {
			t.Errorf("%v: %+v, %v", listen, c.media, err)
		}
	}
}

func TestRun_AllFaultsAtOnceFromFlagsAndEnvironment(t *testing.T) {
	environment := map[string]string{"NARA_DEMO": "perhaps", "NARA_LOOPS": "many", "NARA_DATABASE_URL": "mysql://x", "NARA_LISTEN": "nowhere"}
	var out, complaints bytes.Buffer
	code := run(context.Background(), []string{"serve", "--media-listen", "0.0.0.0:7882", "--admin-listen", "127.0.0.1:8081"},
		func(name string) string { return environment[name] }, &out, &complaints)
	if code != 2 {
		t.Errorf("exit code %d, want 2", code)
	}
	for _, want := range []string{"NARA_DEMO is \"perhaps\"", "--loops", "--database-url", "--listen", "--media-address"} {
		if !strings.Contains(complaints.String(), want) {
			t.Errorf("%s is not told:\n%s", want, complaints.String())
		}
	}
	if lines := strings.Count(complaints.String(), "\n"); lines != 6 {
		t.Errorf("%d lines, want a heading and 5 faults:\n%s", lines, complaints.String())
	}
}

func TestRun_FlagWinsOverEnvironment(t *testing.T) {
	var complaints bytes.Buffer
	code := run(context.Background(), []string{"serve", "--listen", "alsonowhere", "--loops", "0"},
		func(name string) string { return map[string]string{"NARA_LISTEN": "nowhere"}[name] }, &bytes.Buffer{}, &complaints)
	if code != 2 || !strings.Contains(complaints.String(), "alsonowhere") {
		t.Errorf("exit code %d:\n%s", code, complaints.String())
	}
}

func TestRun_UnknownFlagAndHelp(t *testing.T) {
	none := func(string) string { return "" }
	var out, complaints bytes.Buffer
	if code := run(context.Background(), []string{"serve", "--colour"}, none, &out, &complaints); code != 2 {
		t.Errorf("unknown flag: exit code %d", code)
	}
	if code := run(context.Background(), []string{"serve", "--help"}, none, &out, &complaints); code != 0 || !strings.Contains(out.String(), "--admin-listen") {
		t.Errorf("help: exit code %d\n%s", code, out.String())
	}
	out.Reset()
	if code := run(context.Background(), []string{"version"}, none, &out, &complaints); code != 0 || !strings.HasPrefix(out.String(), "nara ") {
		t.Errorf("version: exit code %d\n%s", code, out.String())
	}
}
