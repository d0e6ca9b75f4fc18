package httpapi

// Text is one text in the three languages of the service. No language is ever empty.
type Text struct {
	SV string `json:"sv" doc:"Swedish" example:"Hälsostation"`
	FI string `json:"fi" doc:"Finnish" example:"Terveysasema"`
	EN string `json:"en" doc:"English" example:"Health station"`
}

// NamedPlace is a place or a unit by its slug, with the name to show.
type NamedPlace struct {
	ID   string `json:"id" doc:"Readable slug" example:"narpes-halsostation"`
	Name Text   `json:"name"`
}

// Device is a piece of equipment of a site that can be booked together with a room.
type Device struct {
	ID   int64  `json:"id" example:"4012"`
	Name Text   `json:"name"`
	Kind string `json:"kind" doc:"What it is" example:"exam-camera"`
}

// Room is a physical room of a site. The room of a call is never called just room.
type Room struct {
	ID   int64  `json:"id" example:"3001"`
	Name string `json:"name" doc:"As written on the door" example:"Rum 2"`
}

// Person is a professional as shown to others.
type Person struct {
	ID        int64    `json:"id" example:"1007"`
	Name      string   `json:"name" example:"Anna Holm"`
	Title     Text     `json:"title"`
	Languages []string `json:"languages" nullable:"false" enum:"sv,fi,en" doc:"Languages of service"`
}
