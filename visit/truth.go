package visit

import (
	"cmp"
	"slices"
	"time"

	"nara/auth"
	"nara/scheduling"
)

// commitment is an open visit of a professional, as far as it matters to the others who wait for the same one.
type commitment struct {
	id           ID
	practitioner auth.ResourceID
	state        State
	starts, ends time.Time
	started      time.Time
	hostPresent  bool // the professional is in its call
	patientThere bool // the patient waits in it
}

// facts puts together what is known of a visit at now. Others are the open visits of its professional.
func facts(a *scheduling.Appointment, r row, people []Participant, others []commitment, now time.Time) Facts {
	f := Facts{
		ID:          a.ID,
		Appointment: *a,
		State:       r.state,
		ArrivedAt:   r.arrived,
		ReadyAt:     r.ready,
		StartedAt:   r.started,
		FinishedAt:  r.finished,
		Identity:    r.identity,
		UpdatedAt:   now,
	}
	f.Appointment.LinkSecret = auth.LinkSecret{}
	f.Patient, f.WaitingSince = presence(r, people)
	f.Professional = whereabouts(a.ID, people, others)
	f.NurseKnows = f.Patient == Waiting && (a.Modality.AtSite() || !r.seen.IsZero() || f.Professional == Here)
	f.ExpectedStart = expectedStart(r, f.Patient, others, now)
	if late := f.ExpectedStart.Sub(a.Start); late > 0 {
		f.DelayMinutes = int((late + time.Minute - 1) / time.Minute)
	}
	return f
}

// presence says where the patient is. Who comes to a site is where the nurse says; who comes by video is where their
// connection is.
func presence(r row, people []Participant) (Presence, time.Time) {
	if r.state == Planned || r.state == Cancelled {
		return Absent, time.Time{}
	}
	if r.state == Finished {
		return Gone, time.Time{}
	}
	if r.modality != scheduling.Video {
		if r.state == InProgress || r.state == WrapUp {
			return Admitted, time.Time{}
		}
		return Waiting, r.arrived
	}
	i := slices.IndexFunc(people, func(p Participant) bool { return p.Role == auth.CallPatient })
	switch {
	case i < 0:
		return Absent, time.Time{}
	case !people[i].Present():
		return Gone, time.Time{}
	case people[i].Admitted():
		return Admitted, time.Time{}
	default:
		return Waiting, people[i].WaitingSince
	}
}

// whereabouts says where the professional is.
func whereabouts(id ID, people []Participant, others []commitment) Professional {
	if slices.ContainsFunc(people, func(p Participant) bool { return p.Role == auth.CallHost && p.Present() }) {
		return Here
	}
	if slices.ContainsFunc(others, func(c commitment) bool { return c.id != id && c.hostPresent }) {
		return Busy
	}
	return Away
}

// expectedStart is when the visit will begin, or did. The professional first finishes the visit they are in (it takes
// the time that was booked for it, or longer: until now), then sees those who were before and wait. Nobody who waits
// is told of a time that has passed.
func expectedStart(r row, patient Presence, others []commitment, now time.Time) time.Time {
	if !r.started.IsZero() {
		return r.started
	}
	if r.state.Over() {
		return r.starts
	}
	var free time.Time
	var before []commitment
	for _, c := range others {
		switch {
		case c.id == r.id:
		case c.state == InProgress && c.hostPresent:
			free = latest(free, now, c.started.Add(c.ends.Sub(c.starts)))
		case c.hostPresent:
			free = latest(free, now)
		case c.patientThere && c.starts.Before(r.starts):
			before = append(before, c)
		}
	}
	slices.SortFunc(before, func(a, b commitment) int {
		return cmp.Or(a.starts.Compare(b.starts), cmp.Compare(a.id, b.id))
	})
	for _, c := range before {
		free = latest(free, now, c.starts).Add(c.ends.Sub(c.starts))
	}
	expected := latest(r.starts, free)
	if patient == Waiting && (r.modality == scheduling.Video || r.state == Ready) {
		expected = latest(expected, now)
	}
	if expected.After(r.starts) { // to the minute, or the time would run while somebody looks at it
		expected = expected.Add(time.Minute - 1).Truncate(time.Minute)
	}
	return expected
}

func latest(times ...time.Time) time.Time { return slices.MaxFunc(times, time.Time.Compare) }
