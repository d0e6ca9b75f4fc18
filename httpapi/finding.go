package httpapi

import (
	"context"

	"nara/auth"
	"nara/scheduling"
)

func (a *API) directory(ctx context.Context, _ *struct{}) (*body[Directory], error) {
	d, err := a.scheduling.Directory(ctx)
	if err != nil {
		return nil, err
	}
	return &body[Directory]{wireDirectory(d)}, nil
}

func (a *API) slots(ctx context.Context, in *slotQuery) (*body[Slots], error) {
	query, err := a.slotQuery(ctx, in)
	if err != nil {
		return nil, err
	}
	found, err := a.scheduling.Search(ctx, query)
	if err != nil {
		return nil, err
	}
	d, err := a.scheduling.Directory(ctx)
	if err != nil {
		return nil, err
	}
	return &body[Slots]{wireResult(d, found)}, nil
}

// slotQuery is the search as typed, with what is known of the one who asks: home and own professionals come first.
func (a *API) slotQuery(ctx context.Context, in *slotQuery) (scheduling.SlotQuery, error) {
	q := scheduling.SlotQuery{
		Service: scheduling.ServiceID(in.Service), Language: auth.Language(in.Language), Modality: scheduling.Modality(in.Modality),
		Site: auth.SiteID(in.Site), Practitioner: auth.ResourceID(in.Practitioner), TimeOfDay: scheduling.TimeOfDay(in.TimeOfDay), Limit: in.Limit,
	}
	var err error
	if q.From, err = optionalDate(ctx, "query.from", in.From); err != nil {
		return q, err
	}
	if q.To, err = optionalDate(ctx, "query.to", in.To); err != nil {
		return q, err
	}
	p, err := principal(ctx)
	if err != nil || p.Patient == "" {
		return q, err
	}
	patient, err := a.scheduling.Patient(ctx, p.Patient)
	if err != nil {
		return q, err
	}
	q.Near, q.Home, q.Patient, q.Moving = patient.Municipality, patient.Home, p.Patient, auth.AppointmentID(in.Moving)
	q.Prefer, err = a.scheduling.OwnProfessionals(ctx, p.Patient)
	return q, err
}

// optionalDate reads a date of a query; "" is the zero Date.
func optionalDate(ctx context.Context, field, text string) (scheduling.Date, error) {
	if text == "" {
		return scheduling.Date{}, nil
	}
	date, err := scheduling.ParseDate(text)
	if err != nil {
		p := kindInvalid.problem(ctx)
		p.Fields = []FieldFault{{Field: field, Code: "invalid", Message: "expected YYYY-MM-DD"}}
		return date, p
	}
	return date, nil
}
