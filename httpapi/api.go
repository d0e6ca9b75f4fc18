package httpapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"nara/auth"
	"nara/scheduling"
	"nara/visit"
)

// Options is what the edge stands on.
type Options struct {
	Auth       *auth.Service
	Links      *auth.Links
	Tickets    *auth.Tickets
	Scheduling *scheduling.Service
	Visits     *visit.Service

	Signaling http.Handler // the WebSocket of the calls; nil: none
	UI        fs.FS        // the built UI; nil: none

	// Origins are how people reach the service ("https://nara.example"). The first goes into links, and decides
	// whether cookies are for https.
	Origins []string
	Demo    bool  // made-up people and one-click sign-in
	Rates   Rates // zero: DefaultRates
	// Heartbeat is how often an open stream shows life, and its session is looked at. 0: 15 s.
	Heartbeat time.Duration
	Log       *slog.Logger
	// OnRequest hears of every answer, with the route's pattern; it must not block. Nil: nobody listens.
	OnRequest func(route, method string, status int, took time.Duration)
}

// API is the HTTP edge.
type API struct {
	mux        *http.ServeMux
	huma       huma.API
	operations []*huma.Operation // as they are shown, in the order of routes

	auth       *auth.Service
	links      *auth.Links
	tickets    *auth.Tickets
	scheduling *scheduling.Service
	visits     *visit.Service

	ui        *ui
	signaling http.Handler
	origins   []string
	https     bool
	demo      bool
	limits    map[string]*limit // by pattern
	log       *slog.Logger
	onRequest func(route, method string, status int, took time.Duration)

	streams   streams
	heartbeat time.Duration
	closing   chan struct{} // closed by Close
	closeNow  func()
}

// New builds the edge. Whoever serves its Handler calls Close before shutting the listener down.
func New(o Options) (*API, error) {
	useProblems()
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Rates == (Rates{}) {
		o.Rates = DefaultRates
	}
	if o.Heartbeat == 0 {
		o.Heartbeat = heartbeat
	}
	if len(o.Origins) == 0 {
		o.Origins = []string{"http://localhost"}
	}
	pages, err := newUI(o.UI)
	if err != nil {
		return nil, err
	}
	a := &API{
		mux: http.NewServeMux(), ui: pages, signaling: o.Signaling, origins: o.Origins,
		auth: o.Auth, links: o.Links, tickets: o.Tickets, scheduling: o.Scheduling, visits: o.Visits,
		https: strings.HasPrefix(o.Origins[0], "https:"), demo: o.Demo, log: o.Log, onRequest: o.OnRequest,
		limits: map[string]*limit{
			"POST /v1/demo/sign-in":   newLimit(o.Rates.SignIn),
			"POST /v1/links/exchange": newLimit(o.Rates.Link),
			"GET /v1/slots":           newLimit(o.Rates.Search),
		},
		heartbeat: o.Heartbeat, closing: make(chan struct{}),
	}
	a.closeNow = sync.OnceFunc(func() { close(a.closing) })
	a.huma = humago.New(a.mux, humaConfig())
	a.routes()
	if a.signaling != nil {
		a.mux.Handle("GET /v1/signaling", a.signaling)
	}
	if err := a.describe(); err != nil {
		return nil, err
	}
	return a, nil
}

// humaConfig is huma without what loads from elsewhere (its documentation pages) or what we do ourselves.
func humaConfig() huma.Config {
	config := huma.DefaultConfig("Nära", "1")
	config.Info.Description = "The API of Nära's own web UI: find a time, book it, meet in it."
	config.CreateHooks, config.OpenAPIPath, config.DocsPath, config.SchemasPath = nil, "", "", ""
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"session": {
		Type: "apiKey", In: "cookie", Name: "nara", Description: "Set by signing in, or by opening a visit link. Over https its name is __Host-nara.",
	}}
	config.RejectUnknownQueryParameters = true
	config.Formats = map[string]huma.Format{"application/json": strictJSON, "json": strictJSON}
	return config
}

// strictJSON is JSON without the one character that a database cannot keep.
var strictJSON = huma.Format{
	Marshal: huma.DefaultJSONFormat.Marshal,
	Unmarshal: func(data []byte, into any) error {
		if err := json.Unmarshal(data, into); err != nil {
			return err
		}
		if read, ok := into.(*any); ok && hasNUL(*read) { // huma reads a body into any first, to validate it
			return errors.New("a text has a NUL character")
		}
		return nil
	},
}

func hasNUL(value any) bool {
	switch value := value.(type) {
	case string:
		return strings.ContainsRune(value, 0)
	case []any:
		return slices.ContainsFunc(value, hasNUL)
	case map[string]any:
		for _, each := range value {
			if hasNUL(each) {
				return true
			}
		}
	}
	return false
}

// Close ends the streams that would otherwise outlive every other request.
func (a *API) Close() { a.closeNow() }

// OpenAPI is the API's description of itself, OpenAPI 3.1 in JSON.
func OpenAPI() ([]byte, error) {
	a, err := New(Options{})
	if err != nil {
		return nil, fmt.Errorf("describe API: %w", err)
	}
	return a.document()
}
