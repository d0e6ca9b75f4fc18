package scheduling

import "time"

// Slot is an interval that can be booked now, with everybody and everything it needs.
type Slot struct {
	Service      ServiceID
	Start, End   time.Time // UTC
	Modality     Modality
	Site         SiteID // "" for video and phone
	Room         ResourceID
	Devices      []ResourceID
	Practitioner ResourceID
	Nurse        ResourceID // 0 when nobody hosts
	Language     Language
}

// SlotQuery says what is looked for. Only Service is required; what is left zero does not narrow.
type SlotQuery struct {
	Service      ServiceID
	From         Date     // first day; zero is today
	To           Date     // last day; zero is Days after From
	Language     Language // hard: who gives the service, and who hosts, must speak it
	Modality     Modality
	Site         SiteID // narrows to hosted and in person at this site
	Practitioner ResourceID
	TimeOfDay    TimeOfDay
	Limit        int // of slots; zero is 50, at most 500

	Near   MunicipalityID // sites nearest to its centre come first among equal starts, its own before any other
	Home   Point          // sites nearest to this come first; zero is Near
	Prefer []ResourceID   // these practitioners come first among equal starts, and are never crowded out

	Patient PatientID     // for whom: the times of their other visits are left out
	Moving  AppointmentID // the visit of theirs that is to move: it does not count
}

// Result is the answer to a search.
type Result struct {
	Slots    []Slot     // earliest first
	Days     []DayCount // each searched day, also those without times
	NextFrom Date       // the day to search on from for more; zero when the query's To ended it
}

// DayCount is the number of slots that a search of that day alone would return.
type DayCount struct {
	Date  Date
	Count int
}

// searchDays is the calendar strip: how many days a search covers unless told otherwise.
const searchDays = 14

// Limits of a search.
const (
	defaultLimit  = 50
	maxLimit      = 500
	maxSearchDays = 62
	// perStart is how many slots of the same start and modality are listed: more at the same minute help nobody.
	perStart = 3
)
