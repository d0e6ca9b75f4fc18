package scheduling

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/emersion/go-ical"

	"nara/auth"
)

// calendarTexts are all that a calendar, often shared or shown on a lock screen, may say.
var calendarTexts = map[Language]struct{ summary, atHome string }{
	Swedish: {"Bokad tid", "Öppna besöket här"},
	Finnish: {"Varattu aika", "Avaa käynti tästä"},
	English: {"Appointment", "Open the visit here"},
}

// Calendar returns the appointment as an iCalendar file (RFC 5545): when, and where to go or click, never for what or
// with whom. The UID stays when the appointment moves, and SEQUENCE grows, so that calendars move their entry. The link
// may be "". Errors as for Appointment.
func (s *Service) Calendar(ctx context.Context, by auth.Principal, id AppointmentID, link string) ([]byte, error) {
	a, err := s.Appointment(ctx, by, id)
	if err != nil {
		return nil, err
	}
	directory, err := s.Directory(ctx)
	if err != nil {
		return nil, err
	}
	return a.calendar(directory, link)
}

func (a *Appointment) calendar(d *Directory, link string) ([]byte, error) {
	texts, known := calendarTexts[a.Patient.Language]
	if !known {
		texts = calendarTexts[Swedish]
	}
	event := ical.NewEvent()
	event.Props.SetText(ical.PropUID, string(a.ID)+"@nara")
	event.Props.SetDateTime(ical.PropDateTimeStamp, a.UpdatedAt)
	event.Props.SetDateTime(ical.PropLastModified, a.UpdatedAt)
	event.Props.SetDateTime(ical.PropDateTimeStart, a.Start.In(Zone))
	event.Props.SetDateTime(ical.PropDateTimeEnd, a.End.In(Zone))
	sequence := ical.NewProp(ical.PropSequence)
	sequence.Value = fmt.Sprint(a.Version - 1)
	event.Props.Set(sequence)
	event.Props.SetText(ical.PropSummary, texts.summary)
	event.Props.SetText(ical.PropClass, "PRIVATE")
	event.SetStatus(ical.EventConfirmed)
	if a.Status == Cancelled {
		event.SetStatus(ical.EventCancelled)
	}
	if site := d.Site(a.Site); site != nil {
		event.Props.SetText(ical.PropLocation, singleLine(site.Address))
	}
	if link = singleLine(link); link != "" {
		event.Props.SetText(ical.PropDescription, texts.atHome+": "+link)
	}

	calendar := ical.NewCalendar()
	calendar.Props.SetText(ical.PropVersion, "2.0")
	calendar.Props.SetText(ical.PropProductID, "-//Nara//Appointments//SV")
	calendar.Props.SetText(ical.PropCalendarScale, "GREGORIAN")
	calendar.Props.SetText(ical.PropMethod, "PUBLISH")
	calendar.Children = append(calendar.Children, helsinki(), event.Component)

	var out bytes.Buffer
	if err := ical.NewEncoder(&out).Encode(calendar); err != nil {
		return nil, fmt.Errorf("write the calendar: %w", err)
	}
	return out.Bytes(), nil
}

// singleLine drops everything that could end a content line and begin another.
func singleLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' {
			return -1
		}
		return r
	}, text)
}

// helsinki is the zone as calendars that do not know its name need it: the European Union's rule since 1997.
func helsinki() *ical.Component {
	observance := func(kind, name, start, rule, from, to string) *ical.Component {
		c := ical.NewComponent(kind)
		c.Props.SetText(ical.PropTimezoneName, name)
		for prop, value := range map[string]string{
			ical.PropDateTimeStart:      start,
			ical.PropRecurrenceRule:     rule,
			ical.PropTimezoneOffsetFrom: from,
			ical.PropTimezoneOffsetTo:   to,
		} {
			p := ical.NewProp(prop)
			p.Value = value
			c.Props.Set(p)
		}
		return c
	}
	zone := ical.NewComponent(ical.CompTimezone)
	zone.Props.SetText(ical.PropTimezoneID, Zone.String())
	zone.Children = []*ical.Component{
		observance(ical.CompTimezoneDaylight, "EEST", "19970330T030000", "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "+0200", "+0300"),
		observance(ical.CompTimezoneStandard, "EET", "19971026T040000", "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "+0300", "+0200"),
	}
	return zone
}
