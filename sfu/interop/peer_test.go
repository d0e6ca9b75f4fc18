//go:build linux

package interop

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// invitation says what a participant offers.
type invitation struct {
	Publish *picture `json:"publish,omitempty"` // and a tone; nil: nothing
	Receive int      `json:"receive"`           // receive m-lines of each kind
	Codec   string   `json:"codec,omitempty"`   // of video, preferred
	Only    bool     `json:"only,omitempty"`    // no other codec of video
	Red     bool     `json:"red,omitempty"`     // RED around Opus preferred
	Layers  bool     `json:"layers,omitempty"`  // simulcast: RIDs l, m, h
}

// picture is what a publisher shows.
type picture struct {
	Colour string `json:"colour"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

// report is what a participant tells of itself. A peer leaves out what its
// implementation does not say.
type report struct {
	State    string     `json:"state"` // of the connection, as W3C names them
	ICE      string     `json:"ice"`
	DTLS     string     `json:"dtls"`
	Profile  string     `json:"profile"`  // of SRTP
	Port     int        `json:"port"`     // its own, of the selected pair
	Protocol string     `json:"protocol"` // of the selected pair
	Received []received `json:"received"`
	Sent     []sent     `json:"sent"`
}

type received struct {
	Mid       string  `json:"mid"`
	Kind      string  `json:"kind"`
	Codec     string  `json:"codec"`
	SSRC      uint32  `json:"ssrc"`
	Packets   int     `json:"packets"`
	Bytes     int     `json:"bytes"`
	Lost      int     `json:"lost"`
	Repaired  int     `json:"repaired"` // came as retransmissions
	Frames    int     `json:"frames"`   // decoded
	Keyframes int     `json:"keyframes"`
	Energy    float64 `json:"energy"` // of sound, growing
	Width     int     `json:"width"`
	Height    int     `json:"height"`
	Colour    []int   `json:"colour"`  // mean red, green, blue of 0…255
	Picture   int64   `json:"picture"` // another number for another picture
}

type sent struct {
	Mid      string `json:"mid"`
	Kind     string `json:"kind"`
	Codec    string `json:"codec"`
	Layer    string `json:"layer"`
	Packets  int    `json:"packets"`
	Bytes    int    `json:"bytes"`
	Repaired int    `json:"repaired"` // sent again
	Width    int    `json:"width"`
}

// description is the result of offer and restart.
type description struct {
	SDP string `json:"sdp"`
}

// peer makes participants of one implementation and obeys commands (doc.go).
type peer interface {
	do(ctx context.Context, command, participant string, arguments, result any) error
	stop() error
}

// program is a peer that runs as a process.
type program struct {
	process *exec.Cmd
	errors  *bytes.Buffer // standard error, to be read after the end
	ended   chan struct{} // closed when the process has ended

	mu      sync.Mutex // guards the fields below
	input   io.WriteCloser
	last    int
	waiting map[int]chan reply
}

type reply struct {
	ID     int             `json:"id"`
	Result json.RawMessage `json:"result"`
	Error  string          `json:"error"`
}

// start runs a peer's program. Its files go into the test's folder.
func start(name string, arguments ...string) (*program, error) {
	p := &program{process: exec.Command(name, arguments...), errors: &bytes.Buffer{}, ended: make(chan struct{}), waiting: map[int]chan reply{}}
	p.process.Env = append(os.Environ(), "TMPDIR="+here.folder, "HOME="+here.folder, "XDG_RUNTIME_DIR="+here.folder, "PYTHONDONTWRITEBYTECODE=1")
	p.process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	p.process.Stderr = p.errors
	input, err := p.process.StdinPipe()
	if err != nil {
		return nil, err
	}
	output, err := p.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.input = input
	if err := p.process.Start(); err != nil {
		return nil, fmt.Errorf("start peer: %w", err)
	}
	go p.read(output) // ends with the process; stop waits for it
	return p, nil
}

// read hands replies to those who wait for them until the process ends.
func (p *program) read(output io.Reader) {
	lines := bufio.NewScanner(output)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		var r reply
		if json.Unmarshal(lines.Bytes(), &r) != nil {
			continue // something else that a library prints
		}
		p.mu.Lock()
		answer := p.waiting[r.ID]
		delete(p.waiting, r.ID)
		p.mu.Unlock()
		if answer != nil {
			answer <- r
		}
	}
	_, _ = io.Copy(io.Discard, output)
	_ = p.process.Wait() // how it ended does not matter
	close(p.ended)
}

func (p *program) do(ctx context.Context, command, participant string, arguments, result any) error {
	message := map[string]any{}
	if arguments != nil {
		b, err := json.Marshal(arguments)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(b, &message); err != nil {
			return err
		}
	}
	answer := make(chan reply, 1) // so that a late reply holds nobody up
	p.mu.Lock()
	p.last++
	id := p.last
	p.waiting[id] = answer
	maps.Copy(message, map[string]any{"id": id, "do": command, "participant": participant})
	b, err := json.Marshal(message)
	if err == nil {
		_, err = p.input.Write(append(b, '\n'))
	}
	p.mu.Unlock()
	if err != nil {
		return fmt.Errorf("command %s: %w", command, err)
	}
	select {
	case r := <-answer:
		if r.Error != "" {
			return fmt.Errorf("%s: %s", command, r.Error)
		}
		if result == nil {
			return nil
		}
		return json.Unmarshal(r.Result, result)
	case <-p.ended:
		return fmt.Errorf("%s: the peer has ended: %s", command, p.errors)
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", command, ctx.Err())
	}
}

// stop ends the input, on which the program ends; one that does not is asked
// and then made to.
func (p *program) stop() error {
	p.mu.Lock()
	err := p.input.Close()
	p.mu.Unlock()
	if err != nil {
		return err
	}
	for _, last := range []func() error{
		func() error { return p.process.Process.Signal(syscall.SIGTERM) },
		func() error { return syscall.Kill(-p.process.Process.Pid, syscall.SIGKILL) },
	} {
		select {
		case <-p.ended:
			return nil
		case <-time.After(15 * time.Second):
			err = errors.Join(errors.New("a peer does not end by itself"), last())
		}
	}
	<-p.ended
	return err
}
