package httpapi

import (
	"context"

	"nara/auth"
	"nara/scheduling"
)

// words turns a list of the domain's slugs into strings; never nil, because JSON tells null from an empty list.
func words[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, word := range list {
		out[i] = string(word)
	}
	return out
}

func wireDirectory(d *scheduling.Directory) Directory {
	out := Directory{
		Services:       make([]Service, len(d.Services)),
		Municipalities: make([]Municipality, len(d.Municipalities)),
		Sites:          make([]Site, len(d.Sites)),
		Practitioners:  make([]Practitioner, len(d.Practitioners)),
	}
	for i, s := range d.Services {
		out.Services[i] = Service{
			ID: string(s.ID), Name: Text(s.Name), Summary: Text(s.Summary), Minutes: s.Minutes,
			Modalities: words(s.Modalities), Profession: string(s.Profession), OwnProfessional: s.OwnProfessional,
		}
	}
	for i, m := range d.Municipalities {
		out.Municipalities[i] = Municipality{ID: string(m.ID), Name: Text(m.Name), Latitude: m.Latitude, Longitude: m.Longitude}
	}
	for i := range d.Sites {
		out.Sites[i] = wireSite(&d.Sites[i])
	}
	for i, p := range d.Practitioners {
		out.Practitioners[i] = Practitioner{
			ID: int64(p.ID), Name: p.Name, Profession: string(p.Profession), Title: Text(p.Title), Languages: words(p.Languages),
			Unit: string(p.Unit), Municipality: string(p.Municipality), Services: words(p.Services),
		}
	}
	return out
}

func wireSite(s *scheduling.Site) Site {
	return Site{
		ID: string(s.ID), Name: Text(s.Name), Municipality: string(s.Municipality), Address: s.Address, Phone: s.Phone,
		Latitude: s.Latitude, Longitude: s.Longitude,
	}
}

func wireDevice(device *scheduling.Device) Device {
	return Device{ID: int64(device.ID), Name: Text(device.Name), Kind: string(device.Kind)}
}

func wireResult(d *scheduling.Directory, found scheduling.Result) Slots {
	out := Slots{Slots: make([]Slot, len(found.Slots)), Days: make([]DayCount, len(found.Days))}
	for i, slot := range found.Slots {
		out.Slots[i] = wireSlot(d, slot)
	}
	for i, day := range found.Days {
		out.Days[i] = DayCount{Date: day.Date.String(), Count: day.Count}
	}
	if !found.NextFrom.IsZero() {
		out.NextFrom = found.NextFrom.String()
	}
	return out
}

func wireSlot(d *scheduling.Directory, s scheduling.Slot) Slot {
	out := Slot{
		Service: string(s.Service), Start: s.Start.UTC(), End: s.End.UTC(), Modality: string(s.Modality), Site: string(s.Site),
		Room: int64(s.Room), Practitioner: wirePerson(d, s.Practitioner), Language: string(s.Language),
	}
	if s.Nurse != 0 {
		nurse := wirePerson(d, s.Nurse)
		out.Nurse = &nurse
	}
	return out
}

// wirePerson shows a professional. One who has left the directory keeps the number and loses the name.
func wirePerson(d *scheduling.Directory, id auth.ResourceID) Person {
	p := d.Practitioner(id)
	if p == nil {
		return Person{ID: int64(id), Languages: []string{}}
	}
	return Person{ID: int64(id), Name: p.Name, Title: Text(p.Title), Languages: words(p.Languages)}
}

func (a *API) wireHold(ctx context.Context, hold scheduling.Hold) (Hold, error) {
	d, err := a.scheduling.Directory(ctx)
	if err != nil {
		return Hold{}, err
	}
	return Hold{ID: string(hold.ID), Slot: wireSlot(d, hold.Slot), ExpiresAt: hold.ExpiresAt.UTC()}, nil
}

func (a *API) wireAppointment(ctx context.Context, p auth.Principal, appointment scheduling.Appointment) (Appointment, error) {
	d, err := a.scheduling.Directory(ctx)
	if err != nil {
		return Appointment{}, err
	}
	out := encodeAppointment(d, p, appointment)
	out.Link = appointment.LinkSecret.URL(a.origins[0])
	return out, nil
}

// encodeAppointment shows an appointment as far as the one who asks needs it: the year of birth is for those who
// establish the identity.
func encodeAppointment(d *scheduling.Directory, p auth.Principal, b scheduling.Appointment) Appointment {
	out := Appointment{
		ID: string(b.ID), Status: string(b.Status), Service: AppointmentService{ID: string(b.Service)},
		Start: b.Start.UTC(), End: b.End.UTC(), Modality: string(b.Modality), Language: string(b.Language),
		Devices: []Device{}, Practitioner: appointmentPerson(d, b.Practitioner),
		Patient: AppointmentPatient{ID: string(b.Patient.ID), Name: b.Patient.Name, Age: b.Patient.Age(b.Start)},
		Reason:  b.Reason, Version: b.Version, SupportPhone: supportPhone(d, b),
	}
	if service := d.Service(b.Service); service != nil {
		out.Service.Name, out.Service.Minutes = Text(service.Name), service.Minutes
	}
	if site := d.Site(b.Site); site != nil {
		out.Site = &AppointmentSite{
			ID: string(site.ID), Name: Text(site.Name), Address: site.Address, Municipality: string(site.Municipality), Phone: site.Phone,
		}
	}
	if room := d.Room(b.Room); room != nil {
		out.Room = &Room{ID: int64(room.ID), Name: room.Name}
	}
	for _, id := range b.Devices {
		if device := d.Device(id); device != nil {
			out.Devices = append(out.Devices, wireDevice(device))
		}
	}
	if b.Nurse != 0 {
		nurse := appointmentPerson(d, b.Nurse)
		out.Nurse = &nurse
	}
	if p.Kind == auth.KindStaff {
		out.Patient.YearOfBirth = b.Patient.Born.Year
	}
	return out
}

func appointmentPerson(d *scheduling.Directory, id auth.ResourceID) AppointmentPerson {
	p := wirePerson(d, id)
	return AppointmentPerson{ID: p.ID, Name: p.Name, Title: p.Title}
}

// supportPhone is where somebody answers who can help with this visit: the site's, or for a visit from home that of
// the place where the professional works.
func supportPhone(d *scheduling.Directory, b scheduling.Appointment) string {
	if site := d.Site(b.Site); site != nil {
		return site.Phone
	}
	if p := d.Practitioner(b.Practitioner); p != nil {
		for _, id := range p.Sites {
			if site := d.Site(id); site != nil {
				return site.Phone
			}
		}
	}
	for i := range d.Sites {
		if d.Sites[i].Municipality == b.Patient.Municipality {
			return d.Sites[i].Phone
		}
	}
	return ""
}
