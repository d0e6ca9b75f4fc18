package scheduling

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// Directory returns the directory as it is now. It is immutable and shared.
func (s *Service) Directory(ctx context.Context) (*Directory, error) {
	v, err := s.board.sync(ctx, 0, -1)
	if err != nil {
		return nil, err
	}
	return v.snapshot.Directory, nil
}

// Search returns the earliest times that can be held now. Faults in the query are a *ValidationError.
func (s *Service) Search(ctx context.Context, q SlotQuery) (Result, error) {
	now := s.now()
	first, last, err := q.days(now)
	if err != nil {
		return Result{}, err
	}
	v, err := s.board.sync(ctx, first.number(), last.number())
	if err != nil {
		return Result{}, err
	}
	ready, err := q.prepare(v.snapshot, now)
	if err != nil {
		return Result{}, err
	}
	if ready.asker, err = s.asker(ctx, q, first, last); err != nil {
		return Result{}, err
	}
	limit := q.Limit
	if limit == 0 {
		limit = defaultLimit
	}
	return ready.days(v, first, last, limit, q.To.IsZero()), nil
}

// days sweeps all days, since the calendar wants a count of each, and keeps the first limit slots.
func (q *search) days(v view, first, last Date, limit int, open bool) Result {
	result := Result{Slots: make([]Slot, 0, min(limit, 64))}
	for date := first; !last.Before(date); date = date.AddDays(1) {
		count := 0
		q.day(v, date, func(slot Slot) {
			count++
			if len(result.Slots) < limit {
				result.Slots = append(result.Slots, slot)
			} else if result.NextFrom.IsZero() {
				// The first day that is not told in full; but never the first of all, or nobody would get on.
				result.NextFrom = date
				if date == first {
					result.NextFrom = date.AddDays(1)
				}
			}
		})
		result.Days = append(result.Days, DayCount{Date: date, Count: count})
	}
	if open && result.NextFrom.IsZero() {
		result.NextFrom = last.AddDays(1)
	}
	return result
}

// days returns the first and last day to search.
func (q *SlotQuery) days(now time.Time) (first, last Date, err error) {
	var wrong faults
	today := DateOf(now)
	first = q.From
	if first.Before(today) || q.From.IsZero() {
		first = today
	}
	last = q.To
	if q.To.IsZero() {
		last = first.AddDays(searchDays - 1)
	}
	switch {
	case !q.To.IsZero() && !q.From.IsZero() && q.To.Before(q.From):
		wrong.add("to", "before-from", "the last day must not be before the first")
	case last.number()-first.number() >= maxSearchDays:
		wrong.add("to", "too-far", fmt.Sprintf("a search covers at most %d days", maxSearchDays))
	case first.number()-today.number() > 3*366:
		wrong.add("from", "too-far", "a search begins at most three years ahead")
	}
	if q.Moving != "" && !wellFormed(q.Moving) {
		wrong.add("moving", "unknown", "no such appointment")
	}
	if q.Limit < 0 || q.Limit > maxLimit {
		wrong.add("limit", "out-of-range", fmt.Sprintf("the limit is from 1 to %d", maxLimit))
	}
	return first, last, wrong.err()
}

// prepare looks everything up.
func (q *SlotQuery) prepare(snap *snapshot, now time.Time) (*search, error) {
	var wrong faults
	ready := &search{
		service:  snap.Service(q.Service),
		language: q.Language,
		site:     q.Site,
		cap:      perStart,
		now:      now.Unix(),
	}
	if ready.service == nil {
		wrong.add("service", "unknown", "no such service")
		return nil, wrong.err()
	}
	ready.soonest = ceilSeconds(now) + minutes(ready.service.LeadMinutes)
	switch q.Language {
	case "", Swedish, Finnish, English:
	default:
		wrong.add("language", "unknown", "the languages of service are sv, fi and en")
	}
	for _, m := range ready.service.Modalities {
		if (q.Modality == "" || q.Modality == m) && (q.Site == "" || m.AtSite()) {
			ready.modalities = append(ready.modalities, m)
			ready.needs[m.index()] = ready.service.needsOf(m)
		}
	}
	switch {
	case q.Modality == "":
		ready.cap = 1
	case q.Modality.bit() == 0:
		wrong.add("modality", "unknown", "the modalities are video, hosted, in_person and phone")
	case !ready.service.Has(q.Modality):
		wrong.add("modality", "not-offered", "the service is not given that way")
	}
	if q.Site == "" {
		ready.sites = snap.nearest(q.Near, q.Home)
	} else if site := snap.Site(q.Site); site != nil {
		ready.sites = []*Site{site}
	} else {
		wrong.add("site", "unknown", "no such site")
	}
	if q.Practitioner != 0 && snap.Practitioner(q.Practitioner) == nil {
		wrong.add("practitioner", "unknown", "no such practitioner")
	}
	var known bool
	if ready.fromMinute, ready.untilMinute, known = q.TimeOfDay.minutes(); !known {
		wrong.add("timeOfDay", "unknown", "the times of day are morning, day and evening")
	}
	for _, p := range snap.offering[ready.service.ID] {
		if (q.Practitioner != 0 && p.ID != q.Practitioner) || (q.Language != "" && !p.Speaks(q.Language)) {
			continue
		}
		ready.candidates = append(ready.candidates, p)
		if slices.Contains(q.Prefer, p.ID) {
			last := len(ready.candidates) - 1
			copy(ready.candidates[ready.preferred+1:], ready.candidates[ready.preferred:last])
			ready.candidates[ready.preferred] = p
			ready.preferred++
		}
	}
	return ready, wrong.err()
}

// ceilSeconds is the first whole second not before t.
func ceilSeconds(t time.Time) int64 {
	seconds := t.Unix()
	if t.Nanosecond() > 0 {
		seconds++
	}
	return seconds
}

// nearest returns up to three other slots, the nearest in time to the one that is gone: the same service, modality, site
// and language, with the same professional or another.
func (s *Service) nearest(ctx context.Context, req HoldRequest) ([]Slot, error) {
	key := fmt.Sprintf("%s/%s/%s/%s/%d/%d", req.Service, req.Modality, req.Site, req.Language, req.Practitioner, req.Start.Unix())
	found, err, _ := s.alternatives.Do(key, func() (any, error) {
		return s.searchNearest(context.WithoutCancel(ctx), req)
	})
	if err != nil {
		return nil, err
	}
	slots, _ := found.([]Slot)
	return slots, nil
}

func (s *Service) searchNearest(ctx context.Context, req HoldRequest) ([]Slot, error) {
	now := s.now()
	date := DateOf(req.Start)
	q := SlotQuery{
		Service:  req.Service,
		From:     date,
		Language: req.Language,
		Modality: req.Modality,
		Site:     req.Site,
		Prefer:   []ResourceID{req.Practitioner},
	}
	first, last, err := q.days(now)
	if err != nil {
		return nil, err
	}
	v, err := s.board.sync(ctx, first.number(), last.number())
	if err != nil {
		return nil, err
	}
	ready, err := q.prepare(v.snapshot, now)
	if err != nil {
		return nil, err
	}
	var all []Slot
	for day := first; !last.Before(day); day = day.AddDays(1) {
		ready.day(v, day, func(slot Slot) { all = append(all, slot) })
		if len(all) >= 3 && date.Before(day) {
			break // the days after are farther away than what is there
		}
	}
	slices.SortStableFunc(all, func(a, b Slot) int {
		return cmp.Compare(a.Start.Sub(req.Start).Abs(), b.Start.Sub(req.Start).Abs())
	})
	return all[:min(3, len(all))], nil
}

// LostStarts tells the planner which starts their hours promise between two days, both included, that the change of
// clocks in March takes away. No search ever offers them.
func (s *Service) LostStarts(ctx context.Context, from, to Date) ([]LostStart, error) {
	v, err := s.board.sync(ctx, 0, -1)
	if err != nil {
		return nil, err
	}
	var lost []LostStart
	for date := from; !to.Before(date); date = date.AddDays(1) {
		if to.number()-date.number() > 3*366 {
			return nil, &ValidationError{Fields: []FieldError{{"to", "too-far", "a report covers at most three years"}}}
		}
		clock := clockOf(date)
		if clock.before >= clock.after {
			continue
		}
		for i := range v.snapshot.Practitioners {
			p := &v.snapshot.Practitioners[i]
			lost = append(lost, v.snapshot.lost(p, date, clock)...)
		}
	}
	return lost, nil
}

// lost returns the starts that one practitioner's hours promise on a night in March and the clock skips.
func (s *snapshot) lost(p *Practitioner, date Date, clock dayClock) []LostStart {
	grid := 0
	for _, service := range p.Services {
		if o := s.Service(service); grid == 0 || o.GridMinutes < grid {
			grid = o.GridMinutes
		}
	}
	if grid == 0 {
		return nil
	}
	var lost []LostStart
	for _, minute := range clock.lostMinutes(grid) {
		for _, row := range s.hours[p.ID] {
			number := date.number()
			today := row.weekday == date.Weekday() && number >= row.fromDay && number <= row.lastDay &&
				row.startMinute <= minute && minute < row.endMinute
			yesterday := row.weekday == date.AddDays(-1).Weekday() && number-1 >= row.fromDay && number-1 <= row.lastDay &&
				minute+24*60 < row.endMinute
			if today || yesterday {
				lost = append(lost, LostStart{Resource: p.ID, Date: date, Minute: minute})
				break
			}
		}
	}
	return lost
}
