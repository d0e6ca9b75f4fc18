package demo

import (
	"fmt"

	"github.com/google/uuid"

	"nara/auth"
	"nara/scheduling"
)

// The numbers of resources. The personas come first among the practitioners, so theirs never change.
const (
	firstPractitioner scheduling.ResourceID = 1
	firstRoom         scheduling.ResourceID = 1001
	firstDevice       scheduling.ResourceID = 2001
	lastResource      scheduling.ResourceID = 9999
)

// namespace makes the patients' ids from their numbers: the same in every demo county.
var namespace = uuid.MustParse("6e617261-0000-4000-8000-64656d6f0001")

func patientID(number int) scheduling.PatientID {
	return scheduling.PatientID(uuid.NewSHA1(namespace, fmt.Appendf(nil, "patient %d", number)).String())
}

// Accounts returns the people that one can be with one click, in the order to show them. The same are in the database
// after Seed.
func Accounts() []auth.Account {
	var accounts []auth.Account
	patients, practitioners := 0, firstPractitioner
	for _, p := range personas {
		a := auth.Account{
			ID:       auth.AccountID(p.account),
			Kind:     auth.KindStaff,
			Name:     p.name,
			Detail:   p.detail.text(),
			Language: scheduling.Language(p.languages[0]),
			Demo:     true,
		}
		if p.kind == "patient" {
			a.Kind = auth.KindPatient
			a.Patient = patientID(patients)
			patients++
		} else {
			a.Practitioner = practitioners
			practitioners++
			a.Roles = []auth.Role{auth.Role(p.kind)}
			a.Units = []auth.UnitID{"allmanmedicin"}
			if p.site != "" {
				a.Sites = []auth.SiteID{auth.SiteID(p.site)}
			}
		}
		accounts = append(accounts, a)
	}
	return accounts
}

// account returns one of Accounts.
func account(id auth.AccountID) auth.Account {
	for _, a := range Accounts() {
		if a.ID == id {
			return a
		}
	}
	return auth.Account{}
}

func (t text) text() scheduling.Text { return scheduling.Text{SV: t.sv, FI: t.fi, EN: t.en} }
