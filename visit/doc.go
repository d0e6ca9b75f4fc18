// Package visit is what happens at an appointment: who is there, who waits, and how far it has come.
//
// A visit has its appointment's id and is in one of the states of a small machine (see machine.go):
//
//	at home   planned → arrived → inProgress → finished
//	hosted    planned → arrived → rooming → ready → inProgress → wrapUp → finished
//	other     planned → arrived → finished               (in person, by phone: there is no call)
//
// Its row is made when something first happens; until then it is planned. Every change is one transaction: the row is
// locked, [auth.Allow] and the machine are asked, the row, the appointment's status and the audit log are written.
// After the commit the change is published on the bus (see events.go), and whoever watches reads the visit anew:
// [Service.Watch] for one visit as one person sees it, [Service.WatchDay] for all that concern a member of staff.
//
// People in a call are [Participant] rows: since when they wait, whether they were admitted, whether they are there.
// They outlive the server, so a reload or a restart keeps an admission. The signalling server tells of them through
// [Service.Enter], [Service.Arrived], [Service.Admit] and [Service.Left].
//
// What a waiting patient is told is computed from what is known at that moment and never guessed: whether the
// professional is here, in another visit or away, whether somebody has seen that the patient waits, and when it will
// begin (see truth.go). It says nothing about other patients.
//
// The package has no wire format: edges encode a [Visit] with the names that the directory has for its ids.
package visit
