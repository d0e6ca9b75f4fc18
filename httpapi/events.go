package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"nara/auth"
	"nara/scheduling"
	"nara/visit"
)

const (
	// heartbeat keeps proxies from closing a quiet stream, and is how often its session is looked at. A look is no use:
	// a page that nobody touches does not keep its owner signed in.
	heartbeat = 15 * time.Second
	// streamWrite is how long one event may take to leave; a reader slower than that has gone.
	streamWrite = 10 * time.Second
	// maxStreams is how many streams one person may have open: a few tabs.
	maxStreams = 8
)

// streams counts the open streams of each person.
type streams struct {
	mu   sync.Mutex // guards the field below
	open map[auth.AccountID]int
}

// enter counts one more stream, or refuses.
func (s *streams) enter(who auth.AccountID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		s.open = make(map[auth.AccountID]int)
	}
	if s.open[who] >= maxStreams {
		return false
	}
	s.open[who]++
	return true
}

func (s *streams) leave(who auth.AccountID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[who]--; s.open[who] == 0 {
		delete(s.open, who)
	}
}

// routeEvents adds the stream, which huma can neither describe nor serve by itself: it never ends.
func (a *API) routeEvents(tag string) {
	operation := &huma.Operation{
		OperationID: "events", Method: http.MethodGet, Path: "/v1/events", Summary: "Visits as they change", Tags: []string{tag}, Security: membersOnly,
		Description: "Server-sent events, for staff: one's own visits and those of one's sites. `event: visit` carries VisitFacts as data. A comment every 15 seconds keeps the line open.",
		Responses: map[string]*huma.Response{
			"200":     {Description: "Lasts until the session or the server ends", Content: map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{Type: huma.TypeString}}}},
			"default": problemResponse,
		},
	}
	a.huma.OpenAPI().AddOperation(operation)
	a.operations = append(a.operations, operation)
	a.mux.HandleFunc("GET /v1/events", a.events)
}

func (a *API) events(w http.ResponseWriter, r *http.Request) {
	s := stream{w: w, line: http.NewResponseController(w)}
	err := s.line.SetReadDeadline(time.Time{}) // the server's is for requests that end
	if err != nil {
		writeProblem(w, a.problem(r.Context(), "events", err))
		return
	}
	p, err := signedInOnly(r.Context())
	if err != nil {
		writeProblem(w, a.problem(r.Context(), "events", err))
		return
	}
	if !a.streams.enter(p.Account) {
		writeProblem(w, kindTooMany.problem(r.Context()))
		return
	}
	defer a.streams.leave(p.Account)
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	changes, err := a.visits.WatchDay(ctx, p)
	if err != nil {
		writeProblem(w, a.problem(r.Context(), "events", err))
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	a.stream(ctx, s, p, changes)
	cancel()
	for range changes { // until the watch has ended
	}
}

// stream sends what changes until the reader, the session or the server is gone.
func (a *API) stream(ctx context.Context, s stream, p auth.Principal, changes <-chan visit.Facts) {
	beat := time.NewTicker(a.heartbeat)
	defer beat.Stop()
	if s.comment("open") != nil {
		return
	}
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-a.closing:
			return
		case <-beat.C:
			// Who is somebody else by now (has other sites, say) opens a new stream.
			if now, gone := a.auth.Look(ctx, token(ctx)); gone != nil || !reflect.DeepEqual(now, p) {
				return
			}
			err = s.comment("ping")
		case facts, open := <-changes:
			if !open {
				return
			}
			var d *scheduling.Directory
			if d, err = a.scheduling.Directory(ctx); err == nil {
				err = s.send("visit", encodeFacts(d, p, facts))
			}
		}
		if err != nil {
			return // the reader opens a new stream and asks for the day anew
		}
	}
}

// stream is an answer made of server-sent events.
type stream struct {
	w    http.ResponseWriter
	line *http.ResponseController
}

func (s stream) comment(text string) error { return s.write([]byte(": " + text + "\n\n")) }

func (s stream) send(event string, data any) error {
	encoded, err := json.Marshal(data) // never has a line break
	if err != nil {
		return fmt.Errorf("encode event: %w", err)
	}
	return s.write(fmt.Appendf(nil, "event: %s\ndata: %s\n\n", event, encoded))
}

func (s stream) write(text []byte) error {
	if err := s.line.SetWriteDeadline(time.Now().Add(streamWrite)); err != nil {
		return err
	}
	if _, err := s.w.Write(text); err != nil {
		return err
	}
	return s.line.Flush()
}
