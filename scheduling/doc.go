// Package scheduling knows who and what can be booked, when they are free, and what is booked.
//
// The directory (municipalities, sites, units, services and the resources: practitioners, rooms and
// devices) and the weekly hours are wall-clock facts that planners edit. Free time is computed from
// them and never stored:
//
//	free time = hours in Europe/Helsinki − absences − closures − what is taken
//
// What is taken stands in one table, a row for each resource of each hold and each appointment, under
// one exclusion constraint, so a double booking is impossible whatever the code does.
//
// A booking goes through three calls. [Service.Search] finds the earliest times: it sweeps sorted streams of
// free intervals of people, rooms and devices in memory. [Service.Hold] takes one of them, after computing
// anew that it exists, and keeps all its resources for five minutes. [Service.Book] turns the hold into an
// appointment; the audit row and the visit link are written in the same transaction.
//
// Search works on two copies in memory, and asks the database at each call whether they are still true, in one
// round trip: the [Directory] with the hours (immutable, reloaded when its version has changed) and the
// board of what is taken (loaded day by day as searches reach them, then kept current by the rows that have
// changed since). So an answer costs what it sweeps and no process ever answers from stale data.
//
// Locks are taken in this order, always: the idempotency key's row, the patient's advisory lock, the resources'
// advisory locks in ascending id order, the appointment's row. In memory: a professional's turn, then board.syncing.
package scheduling
