package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"nara/auth"
)

// The bounds of a request's body.
const (
	maxBody     = 64 << 10
	bodyTimeout = 10 * time.Second
)

// The shapes of requests. Each operation takes one of them.
type (
	posted[T any] struct{ Body T }
	// ByID and KeyParam are exported because huma does not look into others when they are embedded.
	ByID struct {
		ID string `path:"id" maxLength:"64" doc:"Id"`
	}
	KeyParam struct {
		Key string `header:"Idempotency-Key" required:"true" minLength:"8" maxLength:"128" doc:"Chosen by the client; the same key gives the same answer and one effect"`
	}
	postedByID[T any] struct {
		ByID
		Body T
	}
	once[T any] struct {
		KeyParam
		Body T
	}
	onceByID[T any] struct {
		ByID
		KeyParam
		Body T
	}
	slotQuery struct {
		Service      string `query:"service" required:"true" maxLength:"64" example:"lakare"`
		From         string `query:"from" format:"date" doc:"First day; today when absent"`
		To           string `query:"to" format:"date" doc:"Last day"`
		Language     string `query:"language" enum:"sv,fi,en"`
		Modality     string `query:"modality" enum:"video,hosted,in_person,phone"`
		Site         string `query:"site" maxLength:"64"`
		Practitioner int64  `query:"practitioner" minimum:"1"`
		TimeOfDay    string `query:"timeOfDay" enum:"morning,day,evening"`
		Moving       string `query:"moving" format:"uuid" doc:"The asker's appointment that is to move: its own time is not in the way"`
		Limit        int    `query:"limit" minimum:"1" maximum:"200" default:"20"`
	}
	DayParam struct {
		Date string `query:"date" format:"date" doc:"Today when absent"`
	}
	siteDayQuery struct {
		ByID
		DayParam
	}
)

// The shapes of answers.
type (
	body[T any]    struct{ Body T }
	created[T any] struct {
		Location string `header:"Location"`
		Body     T
	}
	withCookie[T any] struct {
		SetCookie []http.Cookie `header:"Set-Cookie"`
		Body      T
	}
	signedOut struct {
		SetCookie http.Cookie `header:"Set-Cookie"`
	}
	download struct {
		ContentType string `header:"Content-Type"`
		Disposition string `header:"Content-Disposition"`
		Body        []byte
	}
)

// statusOf is the status of success by the shape of the answer.
func statusOf(answer any) int {
	switch answer.(type) {
	case *struct{}, *signedOut:
		return http.StatusNoContent
	case interface{ isCreated() }:
		return http.StatusCreated
	}
	return http.StatusOK
}

func (*created[T]) isCreated() {}

// route registers one operation: "METHOD /path", its id for generated clients, and a summary. What the handler
// returns as an error goes through the table of problems.
func route[I, O any](a *API, tag, pattern, id, summary string, handle func(context.Context, *I) (*O, error)) {
	method, path, _ := strings.Cut(pattern, " ")
	operation := huma.Operation{
		OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{tag},
		DefaultStatus: statusOf(new(O)), MaxBodyBytes: maxBody + 1, BodyReadTimeout: bodyTimeout,
	}
	huma.Register(a.huma, operation, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err != nil {
			return nil, a.problem(ctx, id, err)
		}
		return out, nil
	})
	a.describeRoute(path, method, id)
}

// member is route for those who are signed in.
func member[I, O any](a *API, tag, pattern, id, summary string, handle func(context.Context, auth.Principal, *I) (*O, error)) {
	route(a, tag, pattern, id, summary, func(ctx context.Context, in *I) (*O, error) {
		p, err := signedInOnly(ctx)
		if err != nil {
			return nil, err
		}
		return handle(ctx, p, in)
	})
	a.operations[len(a.operations)-1].Security = membersOnly
}

// membersOnly marks what needs a session.
var membersOnly = []map[string][]string{{"session": {}}}

// describeRoute puts right what huma writes about an operation, and keeps it for the page for people.
func (a *API) describeRoute(path, method, id string) {
	item := a.huma.OpenAPI().Paths[path]
	for _, operation := range []*huma.Operation{item.Get, item.Post, item.Delete} {
		if operation != nil && operation.OperationID == id {
			operation.Responses["default"] = problemResponse
			if id == "calendar" {
				operation.Responses["200"].Content = map[string]*huma.MediaType{"text/calendar": {Schema: &huma.Schema{Type: huma.TypeString}}}
			}
			a.operations = append(a.operations, operation)
		}
	}
}

// problemResponse is the answer of every operation that does not succeed.
var problemResponse = &huma.Response{
	Description: "A problem, as RFC 9457 has it",
	Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: &huma.Schema{Ref: "#/components/schemas/Problem"}}},
}

// document is what is committed and served: indented, with a line break at its end.
func (a *API) document() ([]byte, error) {
	document, err := json.MarshalIndent(a.huma.OpenAPI(), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode OpenAPI document: %w", err)
	}
	return append(document, '\n'), nil
}
