package visit

import (
	"testing"
	"time"

	"nara/auth"
	"nara/scheduling"
)

// hm is a time on the day of the tables.
func hm(hour, minute int) time.Time { return time.Date(2026, 12, 3, hour, minute, 0, 0, time.UTC) }

// other is an open visit of the same professional that was booked at this time for twenty minutes.
func other(id ID, start time.Time, s State, with func(*commitment)) commitment {
	c := commitment{id: id, practitioner: anna, state: s, starts: start, ends: start.Add(20 * time.Minute)}
	with(&c)
	return c
}

func going(started time.Time) func(*commitment) {
	return func(c *commitment) { c.started, c.hostPresent = started, true }
}

func waits(c *commitment) { c.patientThere = true }

func TestFacts_ThePatientIsToldTheTruth(t *testing.T) {
	t.Parallel()
	absent := func(*commitment) {}
	for _, c := range []struct {
		name         string
		now          time.Time
		modality     scheduling.Modality
		state        State
		others       []commitment
		professional Professional
		expected     time.Time
		delay        int
	}{
		{"early, nobody there", hm(10, 0), scheduling.Video, Arrived, nil, Away, hm(10, 15), 0},
		{"on the minute", hm(10, 15), scheduling.Video, Arrived, nil, Away, hm(10, 15), 0},
		{"a second late counts as a minute", hm(10, 15).Add(time.Second), scheduling.Video, Arrived, nil, Away, hm(10, 16), 1},
		{"late without a reason", hm(10, 22), scheduling.Video, Arrived, nil, Away, hm(10, 22), 7},
		{"the patient is late, not the professional", hm(10, 22), scheduling.Video, Planned, nil, Away, hm(10, 15), 0},
		{"the visit before goes as planned", hm(9, 50), scheduling.Video, Arrived,
			[]commitment{other("a", hm(9, 45), InProgress, going(hm(9, 45)))}, Busy, hm(10, 15), 0},
		{"the visit before began late", hm(10, 5), scheduling.Video, Arrived,
			[]commitment{other("a", hm(9, 45), InProgress, going(hm(10, 3)))}, Busy, hm(10, 23), 8},
		{"the visit before overruns", hm(10, 20), scheduling.Video, Arrived,
			[]commitment{other("a", hm(9, 45), InProgress, going(hm(9, 45)))}, Busy, hm(10, 20), 5},
		{"somebody else waits since before", hm(10, 10), scheduling.Video, Arrived,
			[]commitment{other("a", hm(9, 55), Arrived, waits)}, Away, hm(10, 30), 15},
		{"two wait since before, while another overruns", hm(10, 10), scheduling.Video, Arrived, []commitment{
			other("c", hm(9, 30), InProgress, going(hm(10, 0))),
			other("b", hm(10, 0), Arrived, waits),
			other("a", hm(9, 55), Ready, waits),
		}, Busy, hm(11, 0), 45},
		{"who did not come holds nobody up", hm(10, 10), scheduling.Video, Arrived,
			[]commitment{other("a", hm(9, 55), Arrived, absent)}, Away, hm(10, 15), 0},
		{"who is booked later holds nobody up", hm(10, 10), scheduling.Video, Arrived,
			[]commitment{other("a", hm(10, 35), Arrived, waits)}, Away, hm(10, 15), 0},
		{"a visit left open without its professional", hm(10, 10), scheduling.Video, Arrived,
			[]commitment{other("a", hm(9, 0), InProgress, func(c *commitment) { c.started = hm(10, 9) })}, Away, hm(10, 15), 0},
		{"the nurse still prepares", hm(10, 22), scheduling.Hosted, Rooming, nil, Away, hm(10, 15), 0},
		{"ready and nobody comes", hm(10, 22), scheduling.Hosted, Ready, nil, Away, hm(10, 22), 7},
		{"begun", hm(11, 0), scheduling.Hosted, InProgress, nil, Away, hm(10, 20), 5},
		{"cancelled", hm(11, 0), scheduling.Video, Cancelled, nil, Away, hm(10, 15), 0},
	} {
		a := scheduling.Appointment{ID: "mine", Practitioner: anna, Modality: c.modality, Start: hm(10, 15), End: hm(10, 35)}
		r := newRow(&a)
		r.state = c.state
		var people []Participant
		if c.state != Planned {
			r.arrived = hm(9, 55)
			people = []Participant{{Role: auth.CallPatient, PresentSince: hm(9, 55), WaitingSince: hm(9, 55)}}
		}
		if c.state == InProgress {
			r.started = hm(10, 20)
		}
		f := facts(&a, r, people, c.others, c.now)
		if f.Professional != c.professional || !f.ExpectedStart.Equal(c.expected) || f.DelayMinutes != c.delay {
			t.Errorf("%s: %s, %s, %d min; want %s, %s, %d min", c.name,
				f.Professional, f.ExpectedStart.Format(time.TimeOnly), f.DelayMinutes,
				c.professional, c.expected.Format(time.TimeOnly), c.delay)
		}
	}
}
