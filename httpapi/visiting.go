package httpapi

import (
	"context"

	"nara/auth"
	"nara/visit"
)

func (a *API) visit(ctx context.Context, p auth.Principal, in *ByID) (*body[Visit], error) {
	v, err := a.visits.Open(ctx, p, visit.ID(in.ID))
	if err != nil {
		return nil, err
	}
	out, err := a.EncodeVisit(ctx, p, v)
	return &body[Visit]{out}, err
}

func (a *API) transition(ctx context.Context, p auth.Principal, in *postedByID[Transition]) (*body[Visit], error) {
	v, err := a.step(ctx, p, visit.ID(in.ID), in.Body)
	if err != nil {
		return nil, err
	}
	out, err := a.EncodeVisit(ctx, p, v)
	return &body[Visit]{out}, err
}

// step chooses the call that brings a visit where the request wants it.
func (a *API) step(ctx context.Context, p auth.Principal, id visit.ID, to Transition) (visit.Visit, error) {
	switch state := visit.State(to.To); state {
	case visit.Arrived:
		return a.visits.CheckIn(ctx, p, id, visit.Identity(to.Identity))
	case visit.Finished:
		return a.visits.Finish(ctx, p, id)
	default:
		return a.visits.Transition(ctx, p, id, state)
	}
}

func (a *API) ticket(ctx context.Context, p auth.Principal, in *postedByID[NewTicket]) (*body[Ticket], error) {
	grant, err := a.visits.Grant(ctx, p, visit.ID(in.ID), auth.CallRole(in.Body.Role))
	if err != nil {
		return nil, err
	}
	ticket, expires, err := a.tickets.Issue(ctx, grant)
	return &body[Ticket]{Ticket{Ticket: ticket.Reveal(), URL: "/v1/signaling", ExpiresAt: expires.UTC()}}, err
}

func (a *API) day(ctx context.Context, p auth.Principal, in *DayParam) (*body[Day], error) {
	date, err := optionalDate(ctx, "query.date", in.Date)
	if err != nil {
		return nil, err
	}
	day, err := a.visits.Day(ctx, p, date)
	if err != nil {
		return nil, err
	}
	d, err := a.scheduling.Directory(ctx)
	if err != nil {
		return nil, err
	}
	return &body[Day]{Day{Date: day.Date.String(), Now: day.Now.UTC(), Visits: encodeAllFacts(d, p, day.Visits)}}, nil
}

func (a *API) siteDay(ctx context.Context, p auth.Principal, in *siteDayQuery) (*body[SiteDay], error) {
	date, err := optionalDate(ctx, "query.date", in.Date)
	if err != nil {
		return nil, err
	}
	day, err := a.visits.SiteDay(ctx, p, auth.SiteID(in.ID), date)
	if err != nil {
		return nil, err
	}
	d, err := a.scheduling.Directory(ctx)
	if err != nil {
		return nil, err
	}
	return &body[SiteDay]{encodeSiteDay(d, p, day)}, nil
}
