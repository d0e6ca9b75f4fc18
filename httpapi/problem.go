package httpapi

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

// Problem is an error as RFC 9457 has it, sent as application/problem+json. Code is the last part of Type, for
// programs; Title and Detail are for the people who read logs, never for patients: the UI has its own sentences.
type Problem struct {
	Type         string       `json:"type" doc:"/problems/ and the code" example:"/problems/slot-taken"`
	Code         string       `json:"code" doc:"What went wrong, for programs" example:"slot-taken"`
	Title        string       `json:"title" example:"The time is taken"`
	Status       int          `json:"status" example:"409"`
	Detail       string       `json:"detail,omitempty"`
	Request      string       `json:"request,omitempty" doc:"The request's id; the server's log line has the same"`
	Fields       []FieldFault `json:"fields,omitempty" nullable:"false" doc:"Which parts of the request are wrong"`
	Alternatives []Slot       `json:"alternatives,omitempty" nullable:"false" doc:"slot-taken: the nearest free times"`
	TriesLeft    *int         `json:"triesLeft,omitempty" doc:"factor-wrong: how often one may still try"`
	Moved        *MovedLink   `json:"moved,omitempty" doc:"link-moved: where the visit is now"`
	SupportPhone string       `json:"supportPhone,omitempty" doc:"Whom to call instead"`
	Unmet        []string     `json:"unmet,omitempty" nullable:"false" doc:"wrong-state: states that may follow now"`
}

// MovedLink is the time that a moved visit now has; only told after the second factor.
type MovedLink struct {
	Start   string `json:"start,omitempty" format:"date-time"`
	Service *Text  `json:"service,omitempty"`
}

// FieldFault is one wrong part of a request. It never repeats the value.
type FieldFault struct {
	Field   string `json:"field" doc:"Where: a path such as reason, site, or query.from" example:"reason"`
	Code    string `json:"code" enum:"required,unknown,invalid,too-long,too-short,out-of-range" example:"too-long"`
	Message string `json:"message" example:"expected length <= 500"`
}

// Error makes a Problem an error; the text is for logs.
func (p *Problem) Error() string { return p.Code + ": " + p.Title }

// GetStatus is huma's way to ask for the status code.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is huma's way to ask for the media type.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// useProblems makes huma's own refusals (validation, size, type) Problems as well. Huma keeps the constructor in
// a package variable; it is set once, always to the same.
var useProblems = sync.OnceFunc(func() {
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return refusal(context.Background(), status, message, errs)
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, message string, errs ...error) huma.StatusError {
		if ctx == nil {
			return refusal(context.Background(), status, message, errs)
		}
		return refusal(ctx.Context(), status, message, errs)
	}
})

// refusal turns what huma found wrong with a request into a Problem.
func refusal(ctx context.Context, status int, message string, errs []error) *Problem {
	kind, known := refusals[status]
	if !known {
		kind = problemKind{status, "bad-request", http.StatusText(status)}
	}
	problem := kind.problem(ctx)
	problem.Detail = message
	for _, err := range errs {
		if detailer, ok := err.(huma.ErrorDetailer); ok {
			problem.Fields = append(problem.Fields, fieldFault(detailer.ErrorDetail()))
		}
	}
	if status >= http.StatusInternalServerError {
		problem.Detail, problem.Fields = "", nil
	}
	return problem
}

// fieldFault drops the value that huma would echo and gives the fault a code.
func fieldFault(detail *huma.ErrorDetail) FieldFault {
	field := strings.TrimPrefix(strings.TrimPrefix(detail.Location, "body"), ".")
	code := "invalid"
	switch message := detail.Message; {
	case strings.HasPrefix(message, "unexpected property"), strings.HasPrefix(message, "unknown query"):
		code = "unknown"
	case strings.Contains(message, "required"):
		code = "required"
	case strings.HasPrefix(message, "expected length <="), strings.HasPrefix(message, "expected array length <="):
		code = "too-long"
	case strings.HasPrefix(message, "expected length >="), strings.HasPrefix(message, "expected array length >="):
		code = "too-short"
	case strings.HasPrefix(message, "expected number"):
		code = "out-of-range"
	}
	message := detail.Message
	if field == "" && code == "invalid" {
		message = "not a JSON object"
	}
	return FieldFault{Field: field, Code: code, Message: message}
}

// problemKind is one row of the tables below.
type problemKind struct {
	status int
	code   string
	title  string
}

func (k problemKind) problem(ctx context.Context) *Problem {
	return &Problem{Type: "/problems/" + k.code, Code: k.code, Title: k.title, Status: k.status, Request: requestID(ctx)}
}

// refusals are the requests that never reach the domain, by the status that huma gives them.
var refusals = map[int]problemKind{
	http.StatusBadRequest:            {http.StatusBadRequest, "malformed", "The request cannot be read"},
	http.StatusNotAcceptable:         {http.StatusNotAcceptable, "not-acceptable", "This API answers in JSON"},
	http.StatusRequestTimeout:        {http.StatusRequestTimeout, "timeout", "The request took too long to arrive"},
	http.StatusRequestEntityTooLarge: {http.StatusRequestEntityTooLarge, "too-large", "The request is too large"},
	http.StatusUnsupportedMediaType:  {http.StatusUnsupportedMediaType, "not-json", "This API reads JSON only"},
	http.StatusUnprocessableEntity:   {http.StatusUnprocessableEntity, "invalid", "Something in the request is wrong"},
	http.StatusInternalServerError:   {http.StatusInternalServerError, "internal", "Something went wrong here"},
}

var (
	kindInternal    = problemKind{http.StatusInternalServerError, "internal", "Something went wrong here"}
	kindUnavailable = problemKind{http.StatusServiceUnavailable, "unavailable", "Not available at the moment"}
	kindNotFound    = problemKind{http.StatusNotFound, "not-found", "There is no such thing"}
	kindSignIn      = problemKind{http.StatusUnauthorized, "sign-in-needed", "Sign in first"}
)

// errUnavailable is answered by operations whose domain is not running.
var errUnavailable = errors.New("unavailable")
