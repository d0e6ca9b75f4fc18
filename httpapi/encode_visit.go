package httpapi

import (
	"context"
	"time"

	"nara/auth"
	"nara/scheduling"
	"nara/visit"
)

// EncodeVisit is a visit as this API and the signalling protocol show it to the one who asks.
func (a *API) EncodeVisit(ctx context.Context, p auth.Principal, v visit.Visit) (Visit, error) {
	return NewVisitEncoder(a.scheduling).Encode(ctx, p, v)
}

// VisitEncoder makes the wire's Visit for those who push it over another line than this API.
type VisitEncoder struct{ scheduling *scheduling.Service }

// NewVisitEncoder returns an encoder that asks the directory for names.
func NewVisitEncoder(s *scheduling.Service) VisitEncoder { return VisitEncoder{s} }

// Encode is the visit as p sees it.
func (e VisitEncoder) Encode(ctx context.Context, p auth.Principal, v visit.Visit) (Visit, error) {
	d, err := e.scheduling.Directory(ctx)
	if err != nil {
		return Visit{}, err
	}
	return Visit{
		VisitFacts: encodeFacts(d, p, v.Facts),
		You:        You{Participant: v.You.Participant, Role: string(v.You.Role), Name: v.You.Name, Actions: words(v.You.Actions)},
	}, nil
}

func encodeFacts(d *scheduling.Directory, p auth.Principal, f visit.Facts) VisitFacts {
	return VisitFacts{
		ID: string(f.ID), Appointment: encodeAppointment(d, p, f.Appointment), State: string(f.State),
		ArrivedAt: instant(f.ArrivedAt), ReadyAt: instant(f.ReadyAt), StartedAt: instant(f.StartedAt), FinishedAt: instant(f.FinishedAt),
		Identity: string(f.Identity), ExpectedStart: f.ExpectedStart.UTC(), DelayMinutes: f.DelayMinutes,
		Professional: string(f.Professional), NurseKnows: f.NurseKnows, OpensAt: instant(f.OpensAt), Patient: string(f.Patient),
		WaitingSince: instant(f.WaitingSince), UpdatedAt: f.UpdatedAt.UTC(),
	}
}

func encodeAllFacts(d *scheduling.Directory, p auth.Principal, list []visit.Facts) []VisitFacts {
	out := make([]VisitFacts, len(list))
	for i, f := range list {
		out[i] = encodeFacts(d, p, f)
	}
	return out
}

func encodeSiteDay(d *scheduling.Directory, p auth.Principal, day visit.SiteDay) SiteDay {
	out := SiteDay{Date: day.Date.String(), Now: day.Now.UTC(), Site: wireSite(day.Site), Rooms: make([]RoomDay, len(day.Rooms))}
	for i, room := range day.Rooms {
		out.Rooms[i] = RoomDay{
			ID: int64(room.Room.ID), Name: room.Room.Name, Devices: make([]Device, len(room.Devices)),
			Visits: encodeAllFacts(d, p, room.Visits),
		}
		for j, device := range room.Devices {
			out.Rooms[i].Devices[j] = wireDevice(device)
		}
	}
	return out
}

// instant is absent when the time is zero.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	utc := t.UTC()
	return &utc
}
