package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"nara/auth"
	"nara/scheduling"
	"nara/visit"
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
	SupportPhone string       `json:"supportPhone,omitempty" doc:"link-moved: whom to call instead"`
	State        string       `json:"state,omitempty" doc:"wrong-state: the state that the visit is in"`
	OpensAt      *time.Time   `json:"opensAt,omitempty" doc:"too-early: when the waiting room opens"`
	RetryAfter   int          `json:"retryAfter,omitempty" doc:"too-many: seconds to wait"`
}

// MovedLink is the time that a moved visit now has; only told after the second factor.
type MovedLink struct {
	Start   time.Time `json:"start"`
	Service *Text     `json:"service,omitempty"`
}

// FieldFault is one wrong part of a request. It never repeats the value.
type FieldFault struct {
	Field   string `json:"field" doc:"Where: a path such as reason, site, or query.from" example:"reason"`
	Code    string `json:"code" doc:"required, unknown, invalid, too-long, too-short, out-of-range, or what the domain says, such as in-past" example:"too-long"`
	Message string `json:"message" example:"expected length <= 500"`
}

// Error makes a Problem an error; the text is for logs.
func (p *Problem) Error() string { return p.Code + ": " + p.Title }

// GetStatus is huma's way to ask for the status code.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is huma's way to ask for the media type.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders is huma's way to ask for more headers.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(p.RetryAfter))
	}
	return h
}

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
	kindNotAllowed  = problemKind{http.StatusForbidden, "not-allowed", "This person may not do that"}
	kindInvalid     = refusals[http.StatusUnprocessableEntity]
	kindMethod      = problemKind{http.StatusMethodNotAllowed, "method-not-allowed", "This address does not take that method"}
	kindCrossOrigin = problemKind{http.StatusForbidden, "cross-origin", "Requests from other sites are refused"}
	kindWrongState  = problemKind{http.StatusConflict, "wrong-state", "Its state does not allow that"}
	kindSlotTaken   = problemKind{http.StatusConflict, "slot-taken", "The time is taken"}
	kindTooMany     = problemKind{http.StatusTooManyRequests, "too-many", "Too many requests; wait a little"}
)

// kinds is the table: the domain's kinds of errors, and what they are over HTTP.
var kinds = []struct {
	err error
	problemKind
}{
	{auth.ErrNoSession, kindSignIn},
	{auth.ErrNotAllowed, kindNotAllowed},
	{auth.ErrNoSuchAccount, kindNotFound},
	{auth.ErrLinkUnknown, problemKind{http.StatusNotFound, "link-unknown", "No visit has this link"}},
	{auth.ErrLinkExpired, problemKind{http.StatusGone, "link-expired", "The visit of this link is over"}},
	{auth.ErrLinkCancelled, problemKind{http.StatusGone, "link-cancelled", "The visit of this link was cancelled"}},
	{auth.ErrFactorNeeded, problemKind{http.StatusUnauthorized, "factor-needed", "The year of birth is needed"}},
	{scheduling.ErrNotFound, kindNotFound},
	{scheduling.ErrSlotTaken, kindSlotTaken},
	{scheduling.ErrHoldExpired, problemKind{http.StatusGone, "hold-expired", "The time is no longer kept"}},
	{scheduling.ErrPatientBusy, problemKind{http.StatusConflict, "patient-busy", "The patient has another appointment at that time"}},
	{scheduling.ErrWrongStatus, kindWrongState},
	{visit.ErrWrongState, kindWrongState},
	{visit.ErrNotFound, kindNotFound},
	{visit.ErrNoSuchParticipant, kindNotFound},
	{scheduling.ErrKeyReused, problemKind{http.StatusUnprocessableEntity, "key-reused", "The idempotency key was used for another request"}},
}

var (
	kindFactorWrong = problemKind{http.StatusUnauthorized, "factor-wrong", "The year of birth is wrong"}
	kindTooEarly    = problemKind{http.StatusConflict, "too-early", "The waiting room is not open yet"}
	kindLinkMoved   = problemKind{http.StatusGone, "link-moved", "The visit has another time and another link"}
)

// problem turns an error of the domain into what the caller hears. An error that is in no table is logged, and the
// caller hears the request's id only.
func (a *API) problem(ctx context.Context, operation string, err error) *Problem {
	var (
		already    *Problem
		taken      *scheduling.SlotTakenError
		invalid    *scheduling.ValidationError
		wrong      *auth.FactorWrongError
		moved      *auth.LinkMovedError
		tooMany    *auth.TooManyTriesError
		refused    *auth.RefusalError
		wrongState *visit.WrongStateError
		tooEarly   *visit.TooEarlyError
	)
	switch {
	case errors.As(err, &already):
		return already
	case errors.As(err, &taken):
		return a.slotTaken(ctx, taken)
	case errors.As(err, &invalid):
		return invalidFields(ctx, invalid)
	case errors.As(err, &wrong):
		p := kindFactorWrong.problem(ctx)
		p.TriesLeft = &wrong.TriesLeft
		return p
	case errors.As(err, &moved):
		return a.linkMoved(ctx, moved)
	case errors.As(err, &tooMany):
		p := kindTooMany.problem(ctx)
		p.RetryAfter = int(math.Ceil(tooMany.RetryAfter.Seconds()))
		return p
	case errors.Is(err, visit.ErrIdentityNeeded):
		p := kindInvalid.problem(ctx)
		p.Fields = []FieldFault{{Field: "identity", Code: "required", Message: "how the identity was established"}}
		return p
	case errors.As(err, &wrongState):
		p := kindWrongState.problem(ctx)
		p.State = string(wrongState.State)
		return p
	case errors.As(err, &tooEarly):
		p := kindTooEarly.problem(ctx)
		p.OpensAt = instant(tooEarly.OpensAt)
		return p
	case errors.As(err, &refused) && refused.Reason == auth.ReasonNotSignedIn:
		return kindSignIn.problem(ctx)
	}
	for _, kind := range kinds {
		if errors.Is(err, kind.err) {
			return kind.problem(ctx)
		}
	}
	a.failed(ctx, operation, err)
	return kindInternal.problem(ctx)
}

func invalidFields(ctx context.Context, invalid *scheduling.ValidationError) *Problem {
	p := kindInvalid.problem(ctx)
	for _, f := range invalid.Fields {
		p.Fields = append(p.Fields, FieldFault{Field: f.Field, Code: f.Slug, Message: f.Message})
	}
	return p
}

// problemKinds are all kinds, for the documentation.
func problemKinds() []problemKind {
	all := []problemKind{kindCrossOrigin, kindTooMany, kindMethod, kindUnavailable, kindFactorWrong, kindLinkMoved, kindTooEarly}
	for _, k := range refusals {
		all = append(all, k)
	}
	for _, k := range kinds {
		all = append(all, k.problemKind)
	}
	slices.SortFunc(all, func(a, b problemKind) int { return strings.Compare(a.code, b.code) })
	return slices.Compact(all)
}

// writeProblem answers with a problem outside of huma's operations.
func writeProblem(w http.ResponseWriter, p *Problem) {
	maps.Copy(w.Header(), p.GetHeaders())
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client went away: nobody to tell
}
