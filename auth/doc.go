// Package auth knows who somebody is and decides what they may do.
//
// Four nouns carry it:
//
//   - A [Principal] is a person as one request sees them: a patient or a member of staff with an account, or somebody
//     who holds a visit link. The zero Principal is anybody from the street.
//   - A session proves a principal. It lives in the database and ends there; the browser holds only a random token
//     in a cookie, and the database only the token's SHA-256. See [Service].
//   - A visit link ([Links]) brings a patient to one appointment without an account: 128 random bits in the
//     fragment of a URL, exchanged by a POST together with a second factor for a session.
//   - A room ticket ([Tickets]) is a signed note of at most 60 seconds that says "this person may sit on this chair
//     of this call". The signalling server redeems it once, in the first message of a WebSocket.
//
// [Allow] is the only place that decides. It is a pure function of principal, action and resource, driven by one
// table, and what the table does not name is refused. HTTP handlers and the signalling server both ask it; whoever
// gets a refusal writes it to the audit log with [Service.Refused].
//
// The package imports nothing of scheduling: what it must know of an appointment (when it ends, that it moved or was
// cancelled) stands on the link's own row, written by scheduling in its own transaction through [Links].
package auth
