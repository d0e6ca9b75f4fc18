package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// maxBody is the largest request body that is read.
const maxBody = 64 << 10

// API is the HTTP edge.
type API struct {
	mux  *http.ServeMux
	huma huma.API
}

// New builds the API.
func New() *API {
	useProblems()
	config := huma.DefaultConfig("Nära", "1")
	config.Info.Description = "The API of Nära's own web UI: find a time, book it, meet in it."
	config.CreateHooks, config.OpenAPIPath, config.DocsPath, config.SchemasPath = nil, "", "", ""
	config.RejectUnknownQueryParameters = true
	mux := http.NewServeMux()
	a := &API{mux: mux, huma: humago.New(mux, config)}
	a.routes()
	return a
}

// routes is the contents page of the API.
func (a *API) routes() {
	const signIn, find, book, meet, work = "Signing in", "Finding a time", "Booking", "The visit", "The working day"

	route(a, signIn, "GET /v1/me", "me", "Who is asking", interim[struct{}, body[Me]])
	route(a, signIn, "GET /v1/demo/accounts", "demoAccounts", "The made-up people of a demo", interim[struct{}, body[DemoAccounts]])
	route(a, signIn, "POST /v1/demo/sign-in", "demoSignIn", "Be one of the made-up people", interim[posted[DemoSignIn], signedIn[Me]])
	route(a, signIn, "POST /v1/sign-out", "signOut", "End the session", interim[struct{}, cookieOnly])
	route(a, signIn, "POST /v1/links/exchange", "exchangeLink", "Trade a visit link's secret for a session", interim[posted[ExchangeLink], signedIn[ExchangedLink]])

	route(a, find, "GET /v1/directory", "directory", "Services, places and people to search by", interim[struct{}, body[Directory]])
	route(a, find, "GET /v1/slots", "slots", "The earliest free times over the whole county", interim[slotQuery, body[Slots]])

	route(a, book, "POST /v1/holds", "hold", "Keep a time for five minutes", interim[posted[NewHold], created[Hold]])
	route(a, book, "GET /v1/holds/{id}", "getHold", "A kept time", interim[byID, body[Hold]])
	route(a, book, "DELETE /v1/holds/{id}", "releaseHold", "Give a kept time back", interim[byID, struct{}])
	route(a, book, "POST /v1/appointments", "book", "Confirm a kept time", interim[once[NewAppointment], created[Appointment]])
	route(a, book, "GET /v1/appointments", "appointments", "One's own appointments, upcoming first", interim[struct{}, body[Appointments]])
	route(a, book, "GET /v1/appointments/{id}", "appointment", "One appointment", interim[byID, body[Appointment]])
	route(a, book, "GET /v1/appointments/{id}/calendar.ics", "calendar", "The appointment for a calendar", interim[byID, download])
	route(a, book, "POST /v1/appointments/{id}/move", "move", "Move to the time of a hold", interim[onceByID[MoveAppointment], body[Appointment]])
	route(a, book, "POST /v1/appointments/{id}/cancel", "cancel", "Give the time back", interim[postedByID[CancelAppointment], body[Appointment]])

	route(a, meet, "GET /v1/visits/{id}", "visit", "A visit as it is now", interim[byID, body[Visit]])
	route(a, meet, "POST /v1/visits/{id}/ticket", "ticket", "A ticket into the call", interim[postedByID[NewTicket], body[Ticket]])
	route(a, meet, "POST /v1/visits/{id}/transitions", "transition", "Move a visit to its next state", interim[postedByID[Transition], body[Visit]])

	route(a, work, "GET /v1/day", "day", "A professional's own day", interim[dayQuery, body[Day]])
	route(a, work, "GET /v1/sites/{id}/day", "siteDay", "A site's day, room by room", interim[siteDayQuery, body[SiteDay]])
	a.events(work)
}

func interim[I, O any](context.Context, *I) (*O, error) { return nil, errUnavailable }

// OpenAPI is the API's description of itself, OpenAPI 3.1.
func (a *API) OpenAPI() *huma.OpenAPI { return a.huma.OpenAPI() }
