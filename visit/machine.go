package visit

import (
	"nara/auth"
	"nara/scheduling"
)

// State is how far a visit has come.
type State string

// The states.
const (
	Planned    State = "planned"
	Arrived    State = "arrived" // the patient is in the waiting room, or at the site
	Rooming    State = "rooming" // the nurse prepares the patient
	Ready      State = "ready"   // for the professional
	InProgress State = "inProgress"
	WrapUp     State = "wrapUp" // the professional has gone, the nurse ends it
	Finished   State = "finished"
	Cancelled  State = "cancelled"
)

// Over reports whether nothing more happens in the visit.
func (s State) Over() bool { return s == Finished || s == Cancelled }

// step is a transition of the machine.
type step struct{ from, to State }

// machines has, for each modality, the steps there are and the actions of which one must be allowed to take them.
// Cancellation is not a step: it follows from the appointment.
var machines = map[scheduling.Modality]map[step][]auth.Action{
	scheduling.Video: {
		{Planned, Arrived}:     {auth.EnterVisit},
		{Arrived, InProgress}:  {auth.AdmitToVisit},
		{InProgress, Finished}: {auth.CloseVisit},
	},
	scheduling.Hosted: {
		{Planned, Arrived}:   {auth.CheckIn},
		{Arrived, Rooming}:   {auth.PrepareVisit},
		{Rooming, Ready}:     {auth.PrepareVisit},
		{Ready, InProgress}:  {auth.HostVisit},
		{InProgress, WrapUp}: {auth.CloseVisit, auth.PrepareVisit},
		{WrapUp, Finished}:   {auth.CloseVisit, auth.PrepareVisit},
	},
	scheduling.InPerson: {
		{Planned, Arrived}:  {auth.CheckIn},
		{Arrived, Finished}: {auth.CloseVisit},
	},
	scheduling.Phone: {
		{Planned, Finished}: {auth.CloseVisit},
	},
}

// actionsFor returns the actions of which one must be allowed for a step; none when there is no such step.
func actionsFor(m scheduling.Modality, s step) []auth.Action { return machines[m][s] }
