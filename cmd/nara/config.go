package main

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"nara/demo"
	"nara/sfu"
)

// settings are the flags of serve as they are typed. They are strings so that every fault can be told at once.
type settings struct {
	Demo         bool     `help:"Run the demo county: made-up people and one-click sign-in. Never with real people."`
	Listen       string   `default:"127.0.0.1:8080" placeholder:"ADDRESS" help:"Where the web UI and its API listen (${default})."`
	AdminListen  string   `default:"127.0.0.1:8081" placeholder:"ADDRESS" help:"Where /livez, /readyz, /metrics and /debug/pprof listen (${default})."`
	DataDir      string   `default:"./data" placeholder:"FOLDER" help:"Keys, and the private PostgreSQL cluster (${default})."`
	DatabaseURL  string   `placeholder:"URL" help:"An external PostgreSQL 15 or newer, instead of the private cluster."`
	NATSURL      string   `name:"nats-url" placeholder:"URL" help:"An external NATS, instead of the one in this process."`
	MediaListen  []string `default:"127.0.0.1:7882" placeholder:"ADDRESS" help:"UDP address for media, IPv4 or IPv6; repeatable. Each loop takes the next port (${default})."`
	MediaAddress []string `placeholder:"IP" help:"Address at which browsers reach the media ports, or PUBLIC=LOCAL behind 1:1 NAT; repeatable. Default: those of --media-listen."`
	MediaOnePort bool     `help:"Let all loops share the first media port, where only one may be open."`
	MediaTCP     bool     `name:"media-tcp" default:"true" negatable:"" help:"Take media over TCP too, on the same addresses and first port, for networks that block UDP (on by default)."`
	MediaGCMOnly bool     `name:"media-gcm-only" help:"Refuse clients that can encrypt media by AES-CM with HMAC-SHA1 only: old ones."`
	BaseURL      string   `placeholder:"URL" help:"How people reach the service, such as https://nara.example; several with commas. Default: http://localhost and the port."`
	Loops        string   `placeholder:"N" help:"Media loops. Default: the number of cores."`
	LogLevel     string   `default:"info" placeholder:"LEVEL" help:"debug, info, warn or error (${default})."`
}

// config is what serve runs on, checked.
type config struct {
	demo        bool
	listen      string
	adminListen string
	dataDir     string
	databaseURL string     // "": private cluster
	natsURL     string     // "": in this process
	media       sfu.Config // its network
	origins     []string   // how people reach the service; the first goes into links
	logLevel    string
}

// keywords is PostgreSQL's other way to write an address: host=… dbname=….
var keywords = regexp.MustCompile(`^[a-z_]+ *=`)

// configFaults are all faults of a configuration.
type configFaults []string

func (f configFaults) Error() string { return strings.Join(f, "; ") }

// faultList collects faults while parsing goes on.
type faultList []string

func (f *faultList) add(flag, format string, args ...any) {
	*f = append(*f, fmt.Sprintf("--%s (%s): %s", flag, variable(flag), fmt.Sprintf(format, args...)))
}

// parse checks every setting and tells all faults, not the first.
func (s settings) parse(earlier []string) (config, error) {
	faults := faultList(earlier)
	c := config{demo: s.Demo, logLevel: strings.ToLower(s.LogLevel)}
	c.listen = faults.address("listen", s.Listen)
	c.adminListen = faults.address("admin-listen", s.AdminListen)
	if c.listen != "" && c.listen == c.adminListen && !strings.HasSuffix(c.listen, ":0") {
		faults.add("admin-listen", "is the same address as --listen")
	}
	c.dataDir = faults.folder("data-dir", s.DataDir)
	if c.databaseURL = s.DatabaseURL; !keywords.MatchString(s.DatabaseURL) {
		c.databaseURL = faults.url("database-url", s.DatabaseURL, "postgres", "postgresql")
	}
	c.natsURL = faults.url("nats-url", s.NATSURL, "nats", "tls")
	c.origins = faults.origins(s.BaseURL, c.listen)
	c.media = faults.media(s)
	switch c.logLevel {
	case "debug", "info", "warn", "error":
	default:
		faults.add("log-level", "%q is not debug, info, warn or error", s.LogLevel)
	}
	if len(faults) > 0 {
		return config{}, configFaults(faults)
	}
	return c, nil
}

func (f *faultList) address(flag, text string) string {
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		f.add(flag, "%q is not an address like 127.0.0.1:8080", text)
		return ""
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		f.add(flag, "%q has no port between 0 and 65535", text)
		return ""
	}
	if _, err := netip.ParseAddr(host); err != nil && host != "" && host != "localhost" {
		f.add(flag, "%q has no IP address: leave it out to listen everywhere", text)
		return ""
	}
	return text
}

func (f *faultList) folder(flag, text string) string {
	if strings.TrimSpace(text) == "" {
		f.add(flag, "is empty")
		return ""
	}
	absolute, err := filepath.Abs(text)
	if err != nil {
		f.add(flag, "%q cannot be found: %v", text, err)
	}
	return absolute
}

// url checks without repeating the text: a database's address may hold a password.
func (f *faultList) url(flag, text string, schemes ...string) string {
	if text == "" {
		return ""
	}
	u, err := url.Parse(text)
	if err != nil {
		f.add(flag, "is not an address")
		return ""
	}
	for _, scheme := range schemes {
		if u.Scheme == scheme {
			return text
		}
	}
	f.add(flag, "starts with neither %s", strings.Join(schemes, ":// nor ")+"://")
	return ""
}

// origins reads the list of base URLs; without one it is what a browser on this machine would type.
func (f *faultList) origins(text, listen string) []string {
	if text == "" {
		if _, port, err := net.SplitHostPort(listen); err == nil && port != "0" {
			return []string{"http://localhost:" + port, "http://127.0.0.1:" + port}
		}
		return nil // the port is known when listening
	}
	var origins []string
	for part := range strings.SplitSeq(text, ",") {
		u, err := url.Parse(strings.TrimSpace(part))
		switch {
		case err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http"):
			f.add("base-url", "%q is not an address like https://nara.example", part)
		case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
			f.add("base-url", "%q has more than a scheme, a host and a port", part)
		default:
			origins = append(origins, u.Scheme+"://"+strings.ToLower(u.Host))
		}
	}
	for _, origin := range origins {
		if strings.HasPrefix(origin, "https:") != strings.HasPrefix(origins[0], "https:") {
			f.add("base-url", "mixes http and https: the session cookie can only follow one")
			break
		}
	}
	return origins
}

// waitingRoomOpens is how long before a visit its waiting room opens. Who shows the demo must not have to wait for the
// visit that they have just booked; 0 is what the product does.
func (c config) waitingRoomOpens() time.Duration {
	if c.demo {
		return demo.WaitingRoomOpens
	}
	return 0
}

// exposed reports whether other machines can reach the listener while the service is not on https: cookies and
// cameras then only work on this machine.
func (c config) exposed() bool {
	host, _, err := net.SplitHostPort(c.listen)
	if err != nil || host == "localhost" {
		return false
	}
	address, err := netip.ParseAddr(host)
	if err == nil && address.IsLoopback() {
		return false
	}
	return len(c.origins) == 0 || !strings.HasPrefix(c.origins[0], "https:")
}
