package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// The shapes of requests. Each operation takes one of them.
type (
	posted[T any] struct{ Body T }
	byID          struct {
		ID string `path:"id" maxLength:"64" doc:"Id"`
	}
	postedByID[T any] struct {
		byID
		Body T
	}
	idempotent struct {
		Key string `header:"Idempotency-Key" required:"true" minLength:"8" maxLength:"128" doc:"Chosen by the client; the same key gives the same answer and one effect"`
	}
	once[T any] struct {
		idempotent
		Body T
	}
	onceByID[T any] struct {
		byID
		idempotent
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
		Limit        int    `query:"limit" minimum:"1" maximum:"200" default:"20"`
	}
	dayQuery struct {
		Date string `query:"date" format:"date" doc:"Today when absent"`
	}
	siteDayQuery struct {
		byID
		dayQuery
	}
)

// The shapes of answers.
type (
	body[T any]    struct{ Body T }
	created[T any] struct {
		Location string `header:"Location"`
		Body     T
	}
	signedIn[T any] struct {
		SetCookie http.Cookie `header:"Set-Cookie"`
		Body      T
	}
	cookieOnly struct {
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
	case *struct{}, *cookieOnly:
		return http.StatusNoContent
	case interface{ created() }:
		return http.StatusCreated
	}
	return http.StatusOK
}

func (*created[T]) created() {}

// route registers one operation: "METHOD /path", its id for generated clients, and a summary.
func route[I, O any](a *API, tag, pattern, id, summary string, handle func(context.Context, *I) (*O, error)) {
	method, path, _ := strings.Cut(pattern, " ")
	operation := huma.Operation{
		OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{tag},
		DefaultStatus: statusOf(new(O)), MaxBodyBytes: maxBody + 1, BodyReadTimeout: 10 * time.Second,
	}
	huma.Register(a.huma, operation, handle)
}

// MarshalOpenAPI is the document that is committed and served, indented, with a line break at its end.
func (a *API) MarshalOpenAPI() ([]byte, error) {
	document, err := json.MarshalIndent(a.OpenAPI(), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode OpenAPI document: %w", err)
	}
	return append(document, '\n'), nil
}

// events registers the stream of changes; its answer is described by hand, because it never ends.
func (a *API) events(tag string) {
	a.OpenAPI().AddOperation(&huma.Operation{
		OperationID: "events", Method: http.MethodGet, Path: "/v1/events", Summary: "Visits as they change", Tags: []string{tag},
		Description: "Server-sent events. `event: visit` carries a VisitFacts object as data; a comment every 15 seconds keeps the line open.",
		Responses: map[string]*huma.Response{
			"200":     {Description: "A stream that lasts until the session ends", Content: map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{Type: huma.TypeString}}}},
			"default": problemResponse,
		},
	})
}

var problemResponse = &huma.Response{
	Description: "A problem, as RFC 9457 has it",
	Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: &huma.Schema{Ref: "#/components/schemas/Problem"}}},
}
