// Package httpapi is the JSON edge of Nära's own web UI: it decodes a request, makes one call into the
// domain, and encodes what came back. It knows no SQL and no media.
//
// Where to look:
//
//	api.go       New, the route table (the contents page of the API), the order of the middleware
//	problem.go   the one table that turns the domain's kinds of errors into RFC 9457 problems
//	wire_*.go    the objects of the wire, with the tags that the OpenAPI document is made from
//	guard.go     what every request passes: request id, headers, size, type, origin, rate
//	session.go   the cookie and the principal behind it
//	ui.go        the embedded UI: hashed assets, and index.html for every other address
//	docs.go      the API's own description for people, rendered here, without scripts
//
// Conventions of the wire: camelCase, instants in RFC 3339 UTC, dates YYYY-MM-DD in Europe/Helsinki, ids of
// patients, appointments, holds and visits are UUIDs, ids of practitioners, rooms and devices are integers,
// ids of services, sites, municipalities and units are readable slugs. A visit has its appointment's id.
// Unknown fields and unknown query parameters are refused, so that a misspelled wish is never lost in silence.
package httpapi
