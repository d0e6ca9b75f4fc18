package demo

import (
	"time"

	"nara/scheduling"
)

// holiday is a day on which the county's ordinary services are closed.
type holiday struct {
	day  scheduling.Date
	name text
}

// holidays returns the Finnish public holidays of a year, and the eves on which everything is closed.
func holidays(year int) []holiday {
	easter := easterSunday(year)
	on := func(month time.Month, day int) scheduling.Date {
		return scheduling.Date{Year: year, Month: month, Day: day}
	}
	midsummer := firstSaturday(on(time.June, 20))
	return []holiday{
		{on(time.January, 1), text{"Nyårsdagen", "Uudenvuodenpäivä", "New Year's Day"}},
		{on(time.January, 6), text{"Trettondagen", "Loppiainen", "Epiphany"}},
		{easter.AddDays(-2), text{"Långfredagen", "Pitkäperjantai", "Good Friday"}},
		{easter, text{"Påskdagen", "Pääsiäispäivä", "Easter Sunday"}},
		{easter.AddDays(1), text{"Annandag påsk", "Toinen pääsiäispäivä", "Easter Monday"}},
		{on(time.May, 1), text{"Första maj", "Vappu", "May Day"}},
		{easter.AddDays(39), text{"Kristi himmelsfärdsdag", "Helatorstai", "Ascension Day"}},
		{easter.AddDays(49), text{"Pingstdagen", "Helluntaipäivä", "Whit Sunday"}},
		{midsummer.AddDays(-1), text{"Midsommarafton", "Juhannusaatto", "Midsummer Eve"}},
		{midsummer, text{"Midsommardagen", "Juhannuspäivä", "Midsummer Day"}},
		{firstSaturday(on(time.October, 31)), text{"Alla helgons dag", "Pyhäinpäivä", "All Saints' Day"}},
		{on(time.December, 6), text{"Självständighetsdagen", "Itsenäisyyspäivä", "Independence Day"}},
		{on(time.December, 24), text{"Julafton", "Jouluaatto", "Christmas Eve"}},
		{on(time.December, 25), text{"Juldagen", "Joulupäivä", "Christmas Day"}},
		{on(time.December, 26), text{"Annandag jul", "Tapaninpäivä", "Boxing Day"}},
	}
}

// firstSaturday returns the first Saturday on or after a day.
func firstSaturday(d scheduling.Date) scheduling.Date {
	for d.Weekday() != 6 {
		d = d.AddDays(1)
	}
	return d
}

// easterSunday is the Gregorian computus of Meeus, Jones and Butcher.
func easterSunday(year int) scheduling.Date {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 19*l) / 433
	month := (h + l - 7*m + 90) / 25
	day := (h + l - 7*m + 33*month + 19) % 32
	return scheduling.Date{Year: year, Month: time.Month(month), Day: day}
}
