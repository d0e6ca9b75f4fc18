package demo

// persona is a made-up person with a one-click sign-in.
type persona struct {
	account      string // what POST /v1/demo/sign-in takes
	kind         string // "patient", "nurse", "physician"
	name         string
	born         int // patients
	home         string
	site         string   // nurses: where they host
	languages    []string // the first is the language of the interface
	detail       text
	professional string // patients: account of the own professional
}

var personas = []persona{
	{account: "gun-britt", kind: "patient", name: "Gun-Britt Lindqvist", born: 1955, home: "narpes", languages: []string{"sv"}, detail: text{"71 år, Pörtom", "71 vuotta, Pirttikylä", "71, Pörtom"}, professional: "anna"},
	{account: "aino", kind: "patient", name: "Aino Kallio", born: 1967, home: "vasa", languages: []string{"fi"}, detail: text{"59 år, Vasa", "59 vuotta, Vaasa", "59, Vaasa"}, professional: "jonas"},
	{account: "lars-erik", kind: "patient", name: "Lars-Erik Norrgård", born: 1958, home: "narpes", languages: []string{"sv"}, detail: text{"68 år, Närpes", "68 vuotta, Närpiö", "68, Närpes"}, professional: "anna"},
	{account: "eva", kind: "nurse", name: "Eva Sjö", home: "narpes", site: "narpes-halsostation", languages: []string{"sv", "fi"}, detail: text{"Närpes hälsostation", "Närpiön terveysasema", "Närpes health station"}},
	{account: "anna", kind: "physician", name: "Anna Holm", home: "vasa", languages: []string{"sv", "fi", "en"}, detail: text{"Allmänmedicin, Vasa", "Yleislääketiede, Vaasa", "General medicine, Vaasa"}},
	{account: "jonas", kind: "physician", name: "Jonas Nyman", home: "jakobstad", languages: []string{"sv", "fi", "en"}, detail: text{"Allmänmedicin, Jakobstad", "Yleislääketiede, Pietarsaari", "General medicine, Jakobstad"}},
}

// The other people's names are drawn from these. A Swedish family name goes
// with a Swedish first name, a Finnish with a Finnish, as most do in the county.
var (
	swedishFirst = []string{
		"Alfons", "Alice", "Anders", "Ann-Christin", "Astrid", "Bengt", "Benita", "Birgitta", "Bo-Göran", "Britt-Marie",
		"Camilla", "Carl-Johan", "Carola", "Christer", "Disa", "Ebba", "Elin", "Ellen", "Emil", "Felix",
		"Frans", "Fredrik", "Gunilla", "Göran", "Hans-Erik", "Helena", "Hilma", "Håkan", "Ida", "Ingeborg",
		"Isak", "Jan-Ove", "Johanna", "Joel", "Karl-Gustav", "Karolina", "Kerstin", "Kurt", "Lea", "Lena",
		"Linnéa", "Lukas", "Maj-Len", "Margareta", "Mats", "Mikaela", "Nils", "Ole", "Olivia", "Patrik",
		"Ragnar", "Rasmus", "Rolf", "Runa", "Sanna", "Siv", "Sofia", "Solveig", "Stefan", "Stig",
		"Sune", "Theo", "Tor", "Tove", "Ulla", "Viking", "Wilma", "Åke", "Åsa", "Örjan",
	}
	finnishFirst = []string{
		"Aleksi", "Anneli", "Antti", "Arja", "Eero", "Eeva", "Elina", "Emmi", "Erkki", "Eveliina",
		"Hanna", "Hannu", "Heikki", "Helmi", "Henna", "Iida", "Ilkka", "Jaana", "Jari", "Juha",
		"Kaisa", "Kari", "Katja", "Kirsi", "Laura", "Lauri", "Leena", "Maija", "Marko", "Matti",
		"Merja", "Mika", "Minna", "Niko", "Noora", "Olli", "Outi", "Paavo", "Pekka", "Pirkko",
		"Päivi", "Raija", "Reijo", "Ritva", "Saara", "Sari", "Seppo", "Sirpa", "Tapio", "Tarja",
		"Teemu", "Tiina", "Timo", "Toni", "Tuula", "Veikko", "Venla", "Ville", "Väinö", "Tapani",
	}
	swedishLast = []string{
		"Backlund", "Berg", "Bergström", "Björklund", "Blomqvist", "Bodbacka", "Björkqvist", "Dahlbacka", "Ekman", "Enlund",
		"Finne", "Forsgård", "Fröjdö", "Granholm", "Gullmes", "Hagback", "Hannus", "Hellund", "Holmlund", "Häggblom",
		"Ingves", "Kronqvist", "Kullas", "Lassfolk", "Lillbacka", "Lindholm", "Lund", "Mannfolk", "Mattans", "Mitts",
		"Norrback", "Nygård", "Nylund", "Ohls", "Rosenback", "Rönnqvist", "Sandberg", "Sandås", "Skog", "Smeds",
		"Snickars", "Söderholm", "Stenbacka", "Storfors", "Strandén", "Sund", "Söderback", "Teir", "Ulfves", "Wester",
		"Westerback", "Wiik", "Åbonde", "Åkerlund", "Öling", "Östergård", "Österblom", "Asplund", "Cederholm", "Furu",
	}
	finnishLast = []string{
		"Aaltonen", "Ala-Kauhaluoma", "Autio", "Haapala", "Hakala", "Harju", "Heikkilä", "Hietala", "Hirvonen", "Huhtala",
		"Isotalo", "Järvinen", "Kallio", "Kangas", "Karjalainen", "Keski-Rahkonen", "Kivelä", "Koivisto", "Korpela", "Koskinen",
		"Kujanpää", "Laakso", "Lahti", "Laitila", "Lehtinen", "Luoma", "Mäkelä", "Mäkinen", "Niemi", "Nieminen",
		"Ojala", "Pihlaja", "Pitkäranta", "Rajala", "Rantanen", "Rinne", "Salmi", "Salonen", "Savolainen", "Seppälä",
		"Takala", "Tuomisto", "Uusitalo", "Vainio", "Vesala", "Viitala", "Virtanen", "Yli-Hukkala", "Ylinen", "Ylitalo",
	}
	otherNames = []string{ // full names of people who moved here; language of service in English
		"Amina Hassan", "Nadia Rahimi", "Omar Yusuf", "Thi Lan Nguyen", "Minh Tran", "Emir Hadžić", "Selma Begić", "Oksana Kovalenko",
		"Andrii Shevchuk", "Maryam Karimi", "Ali Rezai", "Priya Nair", "Daniel Okafor", "Grace Mensah", "Zsófia Nagy", "Ivan Petrov",
	}
)

// reasons are what patients wrote when they booked, in their own words.
var reasons = map[string][]string{
	"sv": {"Hosta i tre veckor", "Märke på underarmen", "Utslag efter medicin", "Sömn, återbesök", "Provsvar", "Ont i axeln sedan i höstas", "Blodtryck, uppföljning", "Yrsel på morgnarna", "Förnya recept", "Öronvärk"},
	"fi": {"Yskä kolme viikkoa", "Luomi on muuttunut", "Ihottuma lääkkeestä", "Uni, jatkokäynti", "Laboratoriotulokset", "Olkapää kipeä syksystä asti", "Verenpaineen seuranta", "Huimausta aamuisin", "Reseptin uusinta", "Korvakipu"},
	"en": {"Cough for three weeks", "A mole has changed", "Rash from a medicine", "Sleep, follow-up", "Test results", "Shoulder pain since autumn", "Blood pressure check", "Dizzy in the mornings", "Renew a prescription", "Earache"},
}
