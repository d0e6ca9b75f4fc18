package scheduling_test

import (
	"errors"
	"testing"
	"time"

	"nara/scheduling"
)

// The nights on which Helsinki changes its clocks. Siri is on duty around the clock.
var (
	marchNight   = scheduling.Date{Year: 2027, Month: time.March, Day: 28}
	octoberNight = scheduling.Date{Year: 2027, Month: time.October, Day: 31}
)

func TestSearch_DropsStartsThatMarchSkipsAndTellsThePlanner(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	c.clock.set(marchNight.Start())
	q := scheduling.SlotQuery{Service: "lakare", Practitioner: c.siri, From: marchNight, To: marchNight, Limit: 500}
	result := c.search(t, q)
	// 23 hours with six starts each: the last at 23.50, since she works on past midnight.
	if len(result.Slots) != 23*6 || result.Days[0].Count != 23*6 {
		t.Fatalf("%d starts, counted %d", len(result.Slots), result.Days[0].Count)
	}
	for _, s := range result.Slots {
		if s.Start.In(scheduling.Zone).Hour() == 3 {
			t.Errorf("a start at %v", s.Start.In(scheduling.Zone))
		}
	}
	// The slot over the change is as long as any other.
	if s := result.Slots[17]; s.Start.In(scheduling.Zone).Format("15:04") != "02:50" || s.End.In(scheduling.Zone).Format("15:04") != "04:10" {
		t.Errorf("over the change: %v to %v", s.Start.In(scheduling.Zone), s.End.In(scheduling.Zone))
	}
	lost, err := c.service.LostStarts(t.Context(), marchNight.AddDays(-30), marchNight.AddDays(250))
	if err != nil || len(lost) != 6 {
		t.Fatalf("the planner hears of %d lost starts, %v", len(lost), err)
	}
	for i, l := range lost {
		if l.Resource != c.siri || l.Date != marchNight || l.Minute != 180+10*i {
			t.Errorf("lost %+v", l)
		}
	}
}

func TestSearch_TakesTheFirstOfTheHoursThatOctoberRepeats(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	c.clock.set(octoberNight.Start())
	q := scheduling.SlotQuery{Service: "lakare", Practitioner: c.siri, From: octoberNight, To: octoberNight, Limit: 500}
	result := c.search(t, q)
	if len(result.Slots) != 24*6 {
		t.Fatalf("%d starts", len(result.Slots))
	}
	seen := map[string]bool{}
	for _, s := range result.Slots {
		local := s.Start.In(scheduling.Zone)
		if name, _ := local.Zone(); local.Hour() == 3 && name != "EEST" {
			t.Errorf("the second of two: %v", local)
		}
		if seen[local.Format("15:04")] {
			t.Errorf("%v is offered twice", local)
		}
		seen[local.Format("15:04")] = true
	}
	// Nobody can hold the second 03:30 either.
	req := video(c.siri, time.Date(2027, 10, 31, 1, 30, 0, 0, time.UTC))
	req.Language = "en"
	_, err := c.service.Hold(t.Context(), c.patient(t), req)
	var invalid *scheduling.ValidationError
	if !errors.As(err, &invalid) {
		t.Errorf("the second 03:30: %v", err)
	}
	req.Start = time.Date(2027, 10, 31, 0, 30, 0, 0, time.UTC)
	c.book(t, c.patient(t), req)
}

func TestSearch_AShiftOverMidnightIsOneShift(t *testing.T) {
	t.Parallel()
	c := newCounty(t)
	c.exec(t, `UPDATE schedules SET start_minute = 22 * 60, end_minute = 30 * 60 WHERE resource = $1`, c.siri)
	for name, test := range map[string]struct {
		night scheduling.Date
		hours int
	}{
		"an ordinary night": {scheduling.Date{Year: 2027, Month: time.May, Day: 10}, 8},
		"March":             {marchNight, 7},
		"October":           {octoberNight, 8}, // nine hours long, but the repeated starts are offered once
	} {
		c.clock.set(test.night.AddDays(-1).Start())
		q := scheduling.SlotQuery{
			Service: "lakare", Practitioner: c.siri, From: test.night.AddDays(-1), To: test.night, Limit: 500, TimeOfDay: "",
		}
		starts := 0
		for _, s := range c.search(t, q).Slots {
			local := s.Start.In(scheduling.Zone)
			evening := scheduling.DateOf(local) == test.night.AddDays(-1) && local.Hour() >= 12
			morning := scheduling.DateOf(local) == test.night && local.Hour() < 12
			if evening || morning {
				starts++
			}
		}
		if want := test.hours*6 - 1; starts != want { // the last may start at 5.40
			t.Errorf("%s: %d starts, want %d", name, starts, want)
		}
	}
}
