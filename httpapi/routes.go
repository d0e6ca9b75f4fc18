package httpapi

// routes is the contents page of the API.
func (a *API) routes() {
	const signIn, find, book, meet, work = "Signing in", "Finding a time", "Booking", "The visit", "The working day"

	route(a, signIn, "GET /v1/me", "me", "Who is asking", a.me)
	route(a, signIn, "GET /v1/demo/accounts", "demoAccounts", "The made-up people of a demo", a.demoAccounts)
	route(a, signIn, "POST /v1/demo/sign-in", "demoSignIn", "Be one of the made-up people", a.demoSignIn)
	route(a, signIn, "POST /v1/sign-out", "signOut", "End the session", a.signOut)
	route(a, signIn, "POST /v1/links/exchange", "exchangeLink", "Trade a visit link's secret for a session", a.exchangeLink)

	route(a, find, "GET /v1/directory", "directory", "Services, places and people to search by", a.directory)
	route(a, find, "GET /v1/slots", "slots", "The earliest free times over the whole county", a.slots)

	member(a, book, "POST /v1/holds", "hold", "Keep a time for five minutes", a.hold)
	member(a, book, "GET /v1/holds/{id}", "getHold", "A kept time", a.getHold)
	member(a, book, "DELETE /v1/holds/{id}", "releaseHold", "Give a kept time back", a.releaseHold)
	member(a, book, "POST /v1/appointments", "book", "Confirm a kept time", a.book)
	member(a, book, "GET /v1/appointments", "appointments", "One's own appointments, upcoming first", a.appointments)
	member(a, book, "GET /v1/appointments/{id}", "appointment", "One appointment", a.appointment)
	member(a, book, "GET /v1/appointments/{id}/calendar.ics", "calendar", "The appointment for a calendar", a.calendar)
	member(a, book, "POST /v1/appointments/{id}/move", "move", "Move to the time of a hold", a.move)
	member(a, book, "POST /v1/appointments/{id}/cancel", "cancel", "Give the time back", a.cancel)

	member(a, meet, "GET /v1/visits/{id}", "visit", "A visit as it is now", a.visit)
	member(a, meet, "POST /v1/visits/{id}/ticket", "ticket", "A ticket into the call", a.ticket)
	member(a, meet, "POST /v1/visits/{id}/transitions", "transition", "Move a visit to its next state", a.transition)

	member(a, work, "GET /v1/day", "day", "A professional's own day", a.day)
	member(a, work, "GET /v1/sites/{id}/day", "siteDay", "A site's day, room by room", a.siteDay)
	a.routeEvents(work)
}
