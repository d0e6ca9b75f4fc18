package httpapi

import (
	"context"

	"nara/auth"
	"nara/scheduling"
)

func (a *API) hold(ctx context.Context, p auth.Principal, in *posted[NewHold]) (*created[Hold], error) {
	hold, err := a.scheduling.Hold(ctx, p, scheduling.HoldRequest{
		Service: scheduling.ServiceID(in.Body.Service), Start: in.Body.Start, Modality: scheduling.Modality(in.Body.Modality),
		Site: auth.SiteID(in.Body.Site), Practitioner: auth.ResourceID(in.Body.Practitioner), Language: auth.Language(in.Body.Language),
		Moving: auth.AppointmentID(in.Body.Moving),
	})
	if err != nil {
		return nil, err
	}
	out, err := a.wireHold(ctx, hold)
	return &created[Hold]{Location: "/v1/holds/" + out.ID, Body: out}, err
}

func (a *API) getHold(ctx context.Context, p auth.Principal, in *ByID) (*body[Hold], error) {
	hold, err := a.scheduling.HoldByID(ctx, p, scheduling.HoldID(in.ID))
	if err != nil {
		return nil, err
	}
	out, err := a.wireHold(ctx, hold)
	return &body[Hold]{out}, err
}

func (a *API) releaseHold(ctx context.Context, p auth.Principal, in *ByID) (*struct{}, error) {
	return &struct{}{}, a.scheduling.Release(ctx, p, scheduling.HoldID(in.ID))
}

func (a *API) book(ctx context.Context, p auth.Principal, in *once[NewAppointment]) (*created[Appointment], error) {
	booked, err := a.scheduling.Book(ctx, p, scheduling.BookRequest{
		Hold: scheduling.HoldID(in.Body.Hold), IdempotencyKey: in.Key, Reason: in.Body.Reason, Phone: in.Body.Phone, Email: in.Body.Email,
	})
	if err != nil {
		return nil, err
	}
	out, err := a.wireAppointment(ctx, p, booked)
	return &created[Appointment]{Location: "/v1/appointments/" + out.ID, Body: out}, err
}

func (a *API) move(ctx context.Context, p auth.Principal, in *onceByID[MoveAppointment]) (*body[Appointment], error) {
	moved, err := a.visits.Move(ctx, p, scheduling.MoveRequest{
		Appointment: auth.AppointmentID(in.ID), Hold: scheduling.HoldID(in.Body.Hold), IdempotencyKey: in.Key,
	})
	if err != nil {
		return nil, err
	}
	out, err := a.wireAppointment(ctx, p, moved)
	return &body[Appointment]{out}, err
}

func (a *API) cancel(ctx context.Context, p auth.Principal, in *postedByID[CancelAppointment]) (*body[Appointment], error) {
	cancelled, err := a.visits.Cancel(ctx, p, auth.AppointmentID(in.ID), in.Body.Reason)
	if err != nil {
		return nil, err
	}
	out, err := a.wireAppointment(ctx, p, cancelled)
	return &body[Appointment]{out}, err
}

func (a *API) appointment(ctx context.Context, p auth.Principal, in *ByID) (*body[Appointment], error) {
	appointment, err := a.scheduling.Appointment(ctx, p, auth.AppointmentID(in.ID))
	if err != nil {
		return nil, err
	}
	err = a.auth.Looked(ctx, p, auth.ReadAppointment, auth.Resource{Kind: auth.KindAppointment, ID: in.ID, Patient: appointment.Patient.ID})
	if err != nil {
		return nil, err
	}
	out, err := a.wireAppointment(ctx, p, appointment)
	return &body[Appointment]{out}, err
}

// appointments of the patient who asks; of the one appointment's patient for the bearer of a link.
func (a *API) appointments(ctx context.Context, p auth.Principal, _ *struct{}) (*body[Appointments], error) {
	list, err := a.scheduling.AppointmentsOf(ctx, p, p.Patient)
	if err != nil {
		return nil, err
	}
	d, err := a.scheduling.Directory(ctx)
	if err != nil {
		return nil, err
	}
	out := Appointments{Appointments: make([]Appointment, len(list))}
	for i, b := range list {
		out.Appointments[i] = encodeAppointment(d, p, b)
	}
	return &body[Appointments]{out}, nil
}

// calendar says when, and where to click: the appointment's page, not the link's secret, which is not kept.
func (a *API) calendar(ctx context.Context, p auth.Principal, in *ByID) (*download, error) {
	file, err := a.scheduling.Calendar(ctx, p, auth.AppointmentID(in.ID), a.origins[0]+"/appointments/"+in.ID)
	if err != nil {
		return nil, err
	}
	return &download{ContentType: "text/calendar; charset=utf-8", Disposition: `attachment; filename="nara.ics"`, Body: file}, nil
}

// slotTaken tells the nearest other times along with the refusal.
func (a *API) slotTaken(ctx context.Context, taken *scheduling.SlotTakenError) *Problem {
	p := kindSlotTaken.problem(ctx)
	d, err := a.scheduling.Directory(ctx)
	if err != nil {
		a.failed(ctx, "alternatives", err)
		return p
	}
	for _, slot := range taken.Alternatives {
		p.Alternatives = append(p.Alternatives, wireSlot(d, slot))
	}
	return p
}
