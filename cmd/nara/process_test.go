package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"nara/httpapi"
)

// TestMain lets this test binary be the program itself: tests that stop and kill it need it in a process of its own.
func TestMain(m *testing.M) {
	if os.Getenv("NARA_TEST_BE_THE_PROGRAM") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// program is a running nara.
type program struct {
	t       testing.TB
	command *exec.Cmd
	web     string // http://127.0.0.1:port
	admin   string
	log     *lines
	stdout  *lines
	ended   chan error
}

// lines is an output that is read while it is written.
type lines struct {
	mu    sync.Mutex // guards the fields below
	text  bytes.Buffer
	wrote chan struct{} // closed at the next write; nil when nobody waits
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.wrote != nil {
		close(l.wrote)
		l.wrote = nil
	}
	return l.text.Write(p)
}

// await waits until the program has written each of the texts.
func (l *lines) await(t testing.TB, texts ...string) {
	t.Helper()
	deadline := time.After(time.Minute)
	for {
		l.mu.Lock()
		written := l.text.String()
		if l.wrote == nil {
			l.wrote = make(chan struct{})
		}
		wrote := l.wrote
		l.mu.Unlock()
		missing := slices.DeleteFunc(slices.Clone(texts), func(text string) bool { return strings.Contains(written, text) })
		if len(missing) == 0 {
			return
		}
		select {
		case <-wrote:
		case <-deadline:
			t.Fatalf("it does not say %q but:\n%s", missing, written)
		}
	}
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

var servingLine = regexp.MustCompile(`msg=serving listen=(\S+) admin=(\S+)`)

// launch runs `nara serve` on a data folder and returns when it serves.
func launch(t testing.TB, dataDir string, args ...string) *program {
	t.Helper()
	p := &program{t: t, log: &lines{}, stdout: &lines{}, ended: make(chan error, 1)}
	p.command = exec.Command(os.Args[0], append([]string{
		"serve", "--data-dir", dataDir, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--media-listen", "127.0.0.1:0", "--loops", "1",
	}, args...)...)
	p.command.Env = append(os.Environ(), "NARA_TEST_BE_THE_PROGRAM=1", "GORACE=halt_on_error=1")
	p.command.Stdout = p.stdout
	output, err := p.command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.command.Process.Kill() })
	serving := make(chan []string, 1)
	go func() { // ends with the program
		scanner := bufio.NewScanner(io.TeeReader(output, p.log))
		for scanner.Scan() {
			if found := servingLine.FindStringSubmatch(scanner.Text()); found != nil {
				serving <- found
			}
		}
		p.ended <- p.command.Wait()
	}()
	select {
	case found := <-serving:
		p.web, p.admin = "http://"+found[1], "http://"+found[2]
	case err := <-p.ended:
		t.Fatalf("it ended before it served: %v\n%s", err, p.log)
	case <-time.After(5 * time.Minute):
		t.Fatalf("it does not serve\n%s", p.log)
	}
	return p
}

// terminate is the signal of an orderly stop.
const terminate = syscall.SIGTERM

// dataFolder is an empty folder that PostgreSQL can reach, which may run as another user.
func dataFolder(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for at := dir; at != os.TempDir() && at != "/"; at = filepath.Dir(at) {
		if err := os.Chmod(at, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// signal sends a signal and waits for the end, which it returns.
func (p *program) signal(s os.Signal) error {
	p.t.Helper()
	if err := p.command.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
	select {
	case err := <-p.ended:
		return err
	case <-time.After(2 * time.Minute):
		p.t.Fatalf("it does not end after %v\n%s", s, p.log)
		return nil
	}
}

// databaseRuns reports whether a PostgreSQL server works in a data folder.
func databaseRuns(t testing.TB, dataDir string) bool {
	t.Helper()
	processes, err := filepath.Glob("/proc/[0-9]*/cwd")
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range processes {
		if at, err := os.Readlink(link); err == nil && at == filepath.Join(dataDir, "postgres") {
			return true
		}
	}
	return false
}

// person is a browser.
type person struct {
	t      testing.TB
	server string
	http   *http.Client
}

func (p *program) person() *person {
	p.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.t.Fatal(err)
	}
	return &person{p.t, p.web, &http.Client{Jar: jar, Timeout: 2 * time.Minute}}
}

func (p *program) signedIn(account string) *person {
	p.t.Helper()
	someone := p.person()
	ask[httpapi.Me](someone, "POST", "/v1/demo/sign-in", httpapi.DemoSignIn{Account: account})
	return someone
}

// ask sends a request and reads the answer, which must be a success.
func ask[T any](someone *person, method, path string, body any, header ...string) T {
	someone.t.Helper()
	var sent io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			someone.t.Fatal(err)
		}
		sent = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(someone.t.Context(), method, someone.server+path, sent)
	if err != nil {
		someone.t.Fatal(err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := someone.http.Do(request)
	if err != nil {
		someone.t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode/100 != 2 {
		someone.t.Fatalf("%s %s: %s %v: %s", method, path, response.Status, err, content)
	}
	var out T
	if err := json.Unmarshal(content, &out); err != nil {
		someone.t.Fatalf("%s %s: %v: %s", method, path, err, content)
	}
	return out
}

// book finds, keeps and confirms the earliest time that is not too near by the time it is asked for.
func (someone *person) book(query string) httpapi.Appointment {
	someone.t.Helper()
	found := ask[httpapi.Slots](someone, "GET", "/v1/slots?"+query, nil)
	i := slices.IndexFunc(found.Slots, func(s httpapi.Slot) bool { return time.Until(s.Start) > 10*time.Minute })
	if i < 0 {
		someone.t.Fatalf("no time for %s", query)
	}
	slot := found.Slots[i]
	hold := ask[httpapi.Hold](someone, "POST", "/v1/holds", httpapi.NewHold{
		Service: slot.Service, Start: slot.Start, Modality: slot.Modality, Site: slot.Site, Practitioner: slot.Practitioner.ID, Language: slot.Language,
	})
	return ask[httpapi.Appointment](someone, "POST", "/v1/appointments", httpapi.NewAppointment{Hold: hold.ID, Reason: "Hosta"},
		"Idempotency-Key", "book-"+hold.ID)
}

// statusOf is the status and the text of an address of the admin listener.
func (p *program) statusOf(path string) (int, string) {
	p.t.Helper()
	response, err := http.Get(p.admin + path)
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return response.StatusCode, strings.TrimSpace(string(content))
}

// exitCode is the code of an ended process, -1 when a signal ended it.
func exitCode(err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	}
	return -2
}
