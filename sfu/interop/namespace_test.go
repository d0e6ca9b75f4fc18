//go:build linux

package interop

import (
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// inside holds the folder for temporary files in the environment of the test
// that runs in the namespace.
const inside = "NARA_INTEROP_NAMESPACE"

// Addresses in the namespace.
var (
	address4 = netip.MustParseAddr("198.51.100.1")
	address6 = netip.MustParseAddr("2001:db8::1")
)

// place is where the tests run.
type place struct {
	media  netip.Addr // where the media server listens
	reason string     // why there is no namespace, "" in one
	folder string     // for temporary files of peers; removed at the end
}

var here place // set once by TestMain

// TestMain runs the tests in a network namespace of their own, where that is
// allowed.
func TestMain(m *testing.M) {
	if folder := os.Getenv(inside); folder != "" {
		if err := furnish(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(unfurnished)
		}
		here = place{media: address4, folder: folder}
		os.Exit(run(m))
	}
	folder, err := os.MkdirTemp("", "nara-interop-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code, err := again(folder)
	if err != nil {
		here = place{media: netip.MustParseAddr("127.0.0.1"), folder: folder, reason: err.Error()}
		code = run(m)
	}
	if err := remove(folder); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// remove tries again for a while: browsers still write when the test that they
// belong to has crashed, and end by themselves.
func remove(folder string) (err error) {
	for range 100 {
		if err = os.RemoveAll(folder); err == nil {
			return nil
		}
		<-time.After(100 * time.Millisecond)
	}
	return err
}

// run runs the tests and returns the exit code.
func run(m *testing.M) int {
	notice("peers")
	_ = flag.Set("test.parallel", "8") // mostly they wait
	code := m.Run()
	if err := errors.Join(stopPeers(), goleak.Find()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// notice reads a folder's files, which only other programs do otherwise, so
// that Go's test cache knows that the result depends on them.
func notice(folder string) {
	files, _ := filepath.Glob(filepath.Join(folder, "*"))
	for _, name := range files {
		_, _ = os.ReadFile(name)
	}
}

// unfurnished is the exit code when the namespace is there but of no use.
const unfurnished = 77

// again runs this program in a new network namespace and returns its exit
// code, or an error if that could not be done. A user who is not root gets a
// user namespace, too.
func again(folder string) (int, error) {
	runtime.LockOSThread() // Pdeathsig goes by thread
	c := exec.Command("/proc/self/exe", os.Args[1:]...)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	c.Env = append(os.Environ(), inside+"="+folder)
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	if os.Getuid() != 0 {
		c.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		c.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		c.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	if err := c.Start(); err != nil {
		return 0, fmt.Errorf("no network namespace: %w", err)
	}
	signals := make(chan os.Signal, 1) // the child, which got it too, decides
	signal.Notify(signals, os.Interrupt, syscall.SIGQUIT)
	err := c.Wait()
	signal.Stop(signals)
	var exit *exec.ExitError
	switch {
	case err != nil && !errors.As(err, &exit):
		return 0, fmt.Errorf("network namespace: %w", err)
	case c.ProcessState.ExitCode() == unfurnished:
		return 0, errors.New("network namespace without an interface")
	}
	return c.ProcessState.ExitCode(), nil
}

// furnish gives the namespace loopback, an interface with addresses, and
// default routes, without which Firefox and Chromium gather nothing.
func furnish() error {
	for _, line := range []string{
		"link set lo up",
		"link add media type veth peer name other",
		"addr add " + address4.String() + "/24 dev media",
		"addr add " + address6.String() + "/64 dev media nodad",
		"link set media up",
		"link set other up",
		"route add default via 198.51.100.254",
		"-6 route add default via 2001:db8::ff",
	} {
		if out, err := exec.Command("ip", strings.Fields(line)...).CombinedOutput(); err != nil {
			return fmt.Errorf("ip %s: %w: %s", line, err, out)
		}
	}
	return nil
}
