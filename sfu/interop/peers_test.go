//go:build linux

package interop

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

// implementation is one that the media server meets.
type implementation struct {
	name string
	// start runs the peer. It returns an error of kind errMissing where a
	// program or package that it needs is not installed.
	start func() (peer, error)
	// loopback: it can do with 127.0.0.1.
	loopback bool
	// publishes is what its participants show.
	publishes picture
	// decodes says whether it tells what it sees and hears.
	decodes bool
	// cannot gives reasons for scenarios that it has no means for.
	cannot map[scenario]string
}

// scenario names what an implementation may be unable to do.
type scenario string

const (
	iceRestart scenario = "ICE restart"
	iceTCP     scenario = "ICE-TCP"
)

// skip skips the test where the implementation has no means for a scenario.
func (i *implementation) skip(t *testing.T, s scenario) {
	t.Helper()
	if why := i.cannot[s]; why != "" {
		t.Skip(why)
	}
}

var errMissing = errors.New("missing")

var (
	chromium = &implementation{name: "Chromium", loopback: true, decodes: true, publishes: picture{"red", 320, 240}, start: func() (peer, error) {
		return browser("chrome", os.Getenv("NARA_CHROMIUM"), "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
	}}
	firefox = &implementation{name: "Firefox", decodes: true, publishes: picture{"green", 320, 240}, start: func() (peer, error) {
		return browser("firefox", os.Getenv("NARA_FIREFOX"), "firefox-esr", "firefox")
	}}
	aiortc = &implementation{name: "aiortc", decodes: true, publishes: picture{"green", 320, 240}, start: func() (peer, error) {
		return python("aiortc_peer.py", "import aiortc")
	}, cannot: map[scenario]string{iceRestart: "aiortc cannot restart ICE", iceTCP: "aiortc knows UDP alone"}}
	gstreamer = &implementation{name: "GStreamer", decodes: true, publishes: picture{"green", 320, 240}, start: func() (peer, error) {
		return python("gstreamer.py", "import gi; gi.require_version('GstWebRTC', '1.0'); from gi.repository import Gst, GstWebRTC; Gst.init(None); assert all(map(Gst.ElementFactory.find, ('webrtcbin', 'nicesrc', 'vp8enc', 'opusenc', 'openh264enc')))")
	}, cannot: map[scenario]string{iceRestart: "webrtcbin cannot restart ICE"}}
	werift = &implementation{name: "werift", publishes: clip, start: func() (peer, error) {
		if err := installed("werift"); err != nil {
			return nil, err
		}
		return start("node", "peers/werift.mjs", "testdata")
	}}
	pion = &implementation{name: "pion", loopback: true, publishes: clip, start: func() (peer, error) { return newGroup(), nil }}
)

// implementations are all of them.
var implementations = []*implementation{chromium, firefox, aiortc, gstreamer, werift, pion}

// clip is what testdata shows.
var clip = picture{"blue", 256, 144}

func browser(kind string, names ...string) (peer, error) {
	if err := installed("puppeteer-core"); err != nil {
		return nil, err
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return start("node", "peers/browser.mjs", kind, path, page())
		}
	}
	return nil, fmt.Errorf("%w: none of %q", errMissing, names)
}

// python starts a program with the distribution's interpreter, which finds the
// distribution's packages.
func python(name, needs string) (peer, error) {
	const interpreter = "/usr/bin/python3"
	if out, err := exec.Command(interpreter, "-c", needs).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s: %s", errMissing, needs, out)
	}
	return start(interpreter, "peers/"+name)
}

// installed says whether the UI's packages have this one.
func installed(name string) error {
	if _, err := os.Stat(filepath.Join("../../web/node_modules", name)); err != nil {
		return fmt.Errorf("%w: npm package %s", errMissing, name)
	}
	return nil
}

// running has what is shared by the tests: each peer is started once.
var running struct {
	mu    sync.Mutex
	pages *httptest.Server
	peers map[*implementation]*started
}

type started struct {
	once sync.Once
	peer peer
	err  error
}

// page is where the browsers' page is served.
func page() string {
	running.mu.Lock()
	defer running.mu.Unlock()
	if running.pages == nil {
		running.pages = httptest.NewServer(http.FileServer(http.Dir("peers")))
	}
	return running.pages.URL + "/page.html"
}

// peer is the implementation's, started at its first use. Where that is not
// possible the test is skipped; with CI set a missing program is a failure.
func (i *implementation) peer(t *testing.T) peer {
	t.Helper()
	if here.reason != "" && !i.loopback {
		t.Skipf("%s IS NOT TESTED: it uses no loopback address, and %s", i.name, here.reason)
	}
	running.mu.Lock()
	if running.peers == nil {
		running.peers = map[*implementation]*started{}
	}
	if running.peers[i] == nil {
		running.peers[i] = &started{}
	}
	s := running.peers[i]
	running.mu.Unlock()
	s.once.Do(func() { s.peer, s.err = i.start() })
	if errors.Is(s.err, errMissing) && !slices.Contains([]string{"true", "1"}, os.Getenv("CI")) {
		t.Skipf("%s IS NOT TESTED: %v", i.name, s.err)
	}
	if s.err != nil {
		t.Fatalf("%s: %v", i.name, s.err)
	}
	return s.peer
}

// stopPeers ends what has been started, and waits for it.
func stopPeers() error {
	var all sync.WaitGroup
	faults := make([]error, len(implementations))
	for n, i := range implementations {
		if s := running.peers[i]; s != nil && s.peer != nil {
			all.Go(func() { faults[n] = s.peer.stop() })
		}
	}
	all.Wait()
	if running.pages != nil {
		running.pages.Close()
	}
	return errors.Join(faults...)
}
