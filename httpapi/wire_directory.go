package httpapi

// Me says who is asking.
type Me struct {
	SignedIn  bool       `json:"signedIn"`
	Principal *Principal `json:"principal,omitempty" doc:"Present when signed in"`
	Demo      bool       `json:"demo" doc:"The server runs with made-up people and one-click sign-in"`
}

// Principal is a signed-in person: a patient, a member of staff, or the bearer of one visit link.
type Principal struct {
	Kind         string       `json:"kind" enum:"patient,staff,link"`
	Name         string       `json:"name" example:"Anna Holm"`
	Patient      string       `json:"patient,omitempty" doc:"Patient id of a patient or of a link's patient"`
	Practitioner int64        `json:"practitioner,omitempty" doc:"Resource id of a professional"`
	Roles        []string     `json:"roles" nullable:"false" example:"[\"physician\"]"`
	Sites        []NamedPlace `json:"sites" nullable:"false" doc:"Sites where this person works"`
	Unit         *NamedPlace  `json:"unit,omitempty" doc:"Unit of a professional"`
	Language     string       `json:"language" enum:"sv,fi,en"`
	Home         string       `json:"home,omitempty" doc:"Municipality of a patient"`
	HomePoint    *Point       `json:"homePoint,omitempty" doc:"The middle of a patient's village or part of town, to tell what is near"`
	Visit        string       `json:"visit,omitempty" doc:"The one visit that the bearer of a link may enter"`
}

// Point is a place on the map, WGS 84 in degrees.
type Point struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

// DemoAccounts lists the made-up people that one can be with one click.
type DemoAccounts struct {
	Accounts []DemoAccount `json:"accounts" nullable:"false"`
}

// DemoAccount is one made-up person.
type DemoAccount struct {
	ID     string `json:"id" example:"anna"`
	Kind   string `json:"kind" enum:"patient,nurse,physician"`
	Name   string `json:"name" example:"Anna Holm"`
	Detail Text   `json:"detail" doc:"Who this is, in one line"`
}

// DemoSignIn chooses a made-up person.
type DemoSignIn struct {
	Account string `json:"account" minLength:"1" maxLength:"64" example:"anna"`
}

// Directory is everything that a search is filtered by.
type Directory struct {
	Services       []Service      `json:"services" nullable:"false"`
	Municipalities []Municipality `json:"municipalities" nullable:"false" doc:"From south to north"`
	Sites          []Site         `json:"sites" nullable:"false"`
	Practitioners  []Practitioner `json:"practitioners" nullable:"false"`
}

// Municipality is one of the county's, with the point of its centre.
type Municipality struct {
	ID        string  `json:"id" example:"narpes"`
	Name      Text    `json:"name"`
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

// Service is what can be booked.
type Service struct {
	ID              string   `json:"id" example:"lakare"`
	Name            Text     `json:"name"`
	Summary         Text     `json:"summary"`
	Minutes         int      `json:"minutes" doc:"Length of a visit" example:"20"`
	Modalities      []string `json:"modalities" nullable:"false" enum:"video,hosted,in_person,phone"`
	Profession      string   `json:"profession" example:"physician"`
	OwnProfessional bool     `json:"ownProfessional" doc:"The person's own professional is offered first"`
}

// Site is a physical place with rooms.
type Site struct {
	ID           string  `json:"id" example:"narpes-halsostation"`
	Name         Text    `json:"name"`
	Municipality string  `json:"municipality" example:"narpes"`
	Address      string  `json:"address"`
	Phone        string  `json:"phone"`
	Latitude     float64 `json:"latitude"`
	Longitude    float64 `json:"longitude"`
}

// Practitioner is a professional that can be searched for.
type Practitioner struct {
	ID           int64    `json:"id" example:"1007"`
	Name         string   `json:"name" example:"Anna Holm"`
	Profession   string   `json:"profession" example:"physician"`
	Title        Text     `json:"title"`
	Languages    []string `json:"languages" nullable:"false" enum:"sv,fi,en"`
	Unit         string   `json:"unit"`
	Municipality string   `json:"municipality" doc:"Where the person works from"`
	Services     []string `json:"services" nullable:"false" doc:"Services that can be booked with this person"`
}
