// The words of the HTTP API by the names that the pages use; their shapes are the server's own description.
import type { components } from "./schema.gen";

type Schemas = components["schemas"];

export type Me = Schemas["Me"];
export type Principal = Schemas["Principal"];
export type DemoAccount = Schemas["DemoAccount"];
export type DemoAccounts = Schemas["DemoAccounts"];

export type Directory = Schemas["Directory"];
export type Service = Schemas["Service"];
export type Site = Schemas["Site"];
export type Practitioner = Schemas["Practitioner"];
export type Device = Schemas["Device"];

export type Slot = Schemas["Slot"];
export type Slots = Schemas["Slots"];
export type Hold = Schemas["Hold"];
export type NewHold = Schemas["NewHold"];
export type Modality = Slot["modality"];
export type TimeOfDay = "morning" | "day" | "evening";

export type Appointment = Schemas["Appointment"];
export type Appointments = Schemas["Appointments"];
export type NewAppointment = Schemas["NewAppointment"];
export type ExchangedLink = Schemas["ExchangedLink"];

export type Visit = Schemas["Visit"];
export type VisitFacts = Schemas["VisitFacts"];
export type VisitState = Visit["state"];
export type VisitAction = Visit["you"]["actions"][number];
export type Transition = Schemas["Transition"];
export type Day = Schemas["Day"];
export type SiteDay = Schemas["SiteDay"];
export type RoomDay = Schemas["RoomDay"];
export type Ticket = Schemas["Ticket"];

export type ProblemBody = Schemas["Problem"];
export type FieldFault = Schemas["FieldFault"];
