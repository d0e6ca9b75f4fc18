package demo

// text is one sentence or name in the three languages of the county.
type text struct{ sv, fi, en string }

// municipality is one of the fourteen, with the coordinates of its centre
// (WGS 84, degrees) and its inhabitants in thousands, which weigh how many
// patients and staff it gets.
type municipality struct {
	slug      string
	name      text
	lat, lon  float64
	thousands float64
}

// municipalities run from south to north.
var municipalities = []municipality{
	{"kristinestad", text{"Kristinestad", "Kristiinankaupunki", "Kristinestad"}, 62.274, 21.376, 6.2},
	{"kasko", text{"Kaskö", "Kaskinen", "Kaskinen"}, 62.384, 21.222, 1.3},
	{"narpes", text{"Närpes", "Närpiö", "Närpes"}, 62.473, 21.337, 9.6},
	{"korsnas", text{"Korsnäs", "Korsnäs", "Korsnäs"}, 62.786, 21.185, 2.1},
	{"malax", text{"Malax", "Maalahti", "Malax"}, 62.941, 21.552, 5.4},
	{"vasa", text{"Vasa", "Vaasa", "Vaasa"}, 63.096, 21.616, 68.9},
	{"korsholm", text{"Korsholm", "Mustasaari", "Korsholm"}, 63.113, 21.677, 19.5},
	{"laihela", text{"Laihela", "Laihia", "Laihia"}, 62.976, 22.011, 7.7},
	{"vora", text{"Vörå", "Vöyri", "Vörå"}, 63.132, 22.251, 6.3},
	{"nykarleby", text{"Nykarleby", "Uusikaarlepyy", "Nykarleby"}, 63.521, 22.531, 7.5},
	{"jakobstad", text{"Jakobstad", "Pietarsaari", "Jakobstad"}, 63.674, 22.702, 19.0},
	{"pedersore", text{"Pedersöre", "Pedersöre", "Pedersöre"}, 63.601, 22.795, 11.2},
	{"larsmo", text{"Larsmo", "Luoto", "Larsmo"}, 63.754, 22.750, 5.7},
	{"kronoby", text{"Kronoby", "Kruunupyy", "Kronoby"}, 63.726, 23.032, 6.3},
}

// room is a bookable room of a site; devices are kinds, see deviceKinds.
type room struct {
	name    text
	devices []string
}

// site is a place with rooms. Addresses and numbers are made up.
type site struct {
	slug         string
	name         text
	municipality string
	street       text // street and number; the municipality's name is added
	phone        string
	lat, lon     float64
	rooms        []room
}

// deviceKinds are the kinds of equipment that a service may need, each with
// its name. A room camera and a stethoscope stand in every examination room.
var deviceKinds = map[string]text{
	"roomCamera":     {"Rumskamera", "Huonekamera", "Room camera"},
	"dermatoscope":   {"Dermatoskop", "Dermatoskooppi", "Dermatoscope"},
	"otoscope":       {"Otoskop", "Otoskooppi", "Otoscope"},
	"documentCamera": {"Dokumentkamera", "Dokumenttikamera", "Document camera"},
	"stethoscope":    {"Stetoskop", "Stetoskooppi", "Stethoscope"},
}

func roomNo(n string) text { return text{"Rum " + n, "Huone " + n, "Room " + n} }

// examination rooms differ in what the exam camera is.
var (
	talk      = []string{"roomCamera"}
	skin      = []string{"roomCamera", "dermatoscope", "stethoscope"}
	ears      = []string{"roomCamera", "otoscope", "stethoscope"}
	documents = []string{"roomCamera", "documentCamera", "stethoscope"}
)

func rooms(kinds ...[]string) []room {
	out := make([]room, len(kinds))
	for i, k := range kinds {
		out[i] = room{roomNo(string(rune('1' + i))), k}
	}
	return out
}

var sites = []site{
	{"kristinestad-halsostation", text{"Kristinestads hälsostation", "Kristiinankaupungin terveysasema", "Kristinestad health station"}, "kristinestad", text{"Parkgatan 40", "Puistokatu 40", "Parkgatan 40"}, "06 555 0110", 62.2742, 21.3790, rooms(ears, skin, talk)},
	{"lappfjard-mottagning", text{"Lappfjärds mottagning", "Lapväärtin vastaanotto", "Lappfjärd clinic"}, "kristinestad", text{"Lappfjärdsvägen 720", "Lapväärtintie 720", "Lappfjärdsvägen 720"}, "06 555 0112", 62.2421, 21.5320, rooms(skin)},
	{"kasko-mottagning", text{"Kaskö mottagning", "Kaskisten vastaanotto", "Kaskinen clinic"}, "kasko", text{"Raatihuoneenkatu 34", "Raatihuoneenkatu 34", "Raatihuoneenkatu 34"}, "06 555 0114", 62.3836, 21.2225, rooms(documents)},
	{"narpes-halsostation", text{"Närpes hälsostation", "Närpiön terveysasema", "Närpes health station"}, "narpes", text{"Vasavägen 12", "Vaasantie 12", "Vasavägen 12"}, "06 555 0120", 62.4730, 21.3375, rooms(talk, skin, ears)},
	{"portom-mottagning", text{"Pörtoms mottagning", "Pirttikylän vastaanotto", "Pörtom clinic"}, "narpes", text{"Pörtomvägen 1480", "Pirttikyläntie 1480", "Pörtomvägen 1480"}, "06 555 0122", 62.7080, 21.6110, rooms(skin)},
	{"overmark-mottagning", text{"Övermarks mottagning", "Ylimarkun vastaanotto", "Övermark clinic"}, "narpes", text{"Övermarksvägen 300", "Ylimarkuntie 300", "Övermarksvägen 300"}, "06 555 0124", 62.6110, 21.4720, rooms(documents)},
	{"korsnas-mottagning", text{"Korsnäs mottagning", "Korsnäsin vastaanotto", "Korsnäs clinic"}, "korsnas", text{"Strandvägen 4323", "Rantatie 4323", "Strandvägen 4323"}, "06 555 0130", 62.7860, 21.1850, rooms(ears)},
	{"malax-halsostation", text{"Malax hälsostation", "Maalahden terveysasema", "Malax health station"}, "malax", text{"Malmgatan 5", "Malminkatu 5", "Malmgatan 5"}, "06 555 0140", 62.9410, 21.5520, rooms(skin, ears)},
	{"petalax-mottagning", text{"Petalax mottagning", "Petolahden vastaanotto", "Petalax clinic"}, "malax", text{"Kustvägen 210", "Rannikkotie 210", "Kustvägen 210"}, "06 555 0142", 62.8330, 21.4080, rooms(documents)},
	{"vasa-sandviken", text{"Vasa, Sandviken", "Vaasa, Hietalahti", "Vaasa, Sandviken"}, "vasa", text{"Sandviksgatan 2", "Hietalahdenkatu 2", "Sandviksgatan 2"}, "06 555 0150", 63.0850, 21.6180, rooms(skin, ears, documents, talk, talk)},
	{"vasa-dragnasback", text{"Vasa, Dragnäsbäck", "Vaasa, Vöyrinkaupunki", "Vaasa, Dragnäsbäck"}, "vasa", text{"Förbindelsegatan 18", "Yhdyskatu 18", "Förbindelsegatan 18"}, "06 555 0152", 63.1060, 21.6270, rooms(skin, talk, talk)},
	{"vasa-gerby", text{"Vasa, Gerby", "Vaasa, Gerby", "Vaasa, Gerby"}, "vasa", text{"Gerbyvägen 25", "Gerbyntie 25", "Gerbyvägen 25"}, "06 555 0154", 63.1380, 21.5670, rooms(ears, documents)},
	{"vasa-ristinummi", text{"Vasa, Ristinummi", "Vaasa, Ristinummi", "Vaasa, Ristinummi"}, "vasa", text{"Värnamogatan 6", "Värnamonkatu 6", "Värnamogatan 6"}, "06 555 0156", 63.0700, 21.6790, rooms(skin, talk)},
	{"vasa-lillkyro", text{"Lillkyro mottagning", "Vähänkyrön vastaanotto", "Vähäkyrö clinic"}, "vasa", text{"Kyrovägen 14", "Kyröntie 14", "Kyrovägen 14"}, "06 555 0158", 63.0580, 22.1050, rooms(documents)},
	{"korsholm-smedsby", text{"Smedsby hälsostation", "Sepänkylän terveysasema", "Smedsby health station"}, "korsholm", text{"Centrumvägen 4", "Keskustie 4", "Centrumvägen 4"}, "06 555 0160", 63.1270, 21.6980, rooms(skin, ears, talk)},
	{"kvevlax-mottagning", text{"Kvevlax mottagning", "Koivulahden vastaanotto", "Kvevlax clinic"}, "korsholm", text{"Kvevlaxvägen 8", "Koivulahdentie 8", "Kvevlaxvägen 8"}, "06 555 0162", 63.1640, 21.8310, rooms(documents)},
	{"solf-mottagning", text{"Solfs mottagning", "Sulvan vastaanotto", "Solf clinic"}, "korsholm", text{"Solfvägen 55", "Sulvantie 55", "Solfvägen 55"}, "06 555 0164", 63.0090, 21.6560, rooms(skin)},
	{"replot-mottagning", text{"Replots mottagning", "Raippaluodon vastaanotto", "Replot clinic"}, "korsholm", text{"Replotvägen 310", "Raippaluodontie 310", "Replotvägen 310"}, "06 555 0166", 63.2300, 21.4180, rooms(ears)},
	{"laihela-halsostation", text{"Laihela hälsostation", "Laihian terveysasema", "Laihia health station"}, "laihela", text{"Länsitie 50", "Länsitie 50", "Länsitie 50"}, "06 555 0170", 62.9760, 22.0110, rooms(skin, talk)},
	{"vora-halsostation", text{"Vörå hälsostation", "Vöyrin terveysasema", "Vörå health station"}, "vora", text{"Vöråvägen 12", "Vöyrintie 12", "Vöråvägen 12"}, "06 555 0180", 63.1320, 22.2510, rooms(ears, skin)},
	{"oravais-mottagning", text{"Oravais mottagning", "Oravaisten vastaanotto", "Oravais clinic"}, "vora", text{"Öurvägen 28", "Öurintie 28", "Öurvägen 28"}, "06 555 0182", 63.2970, 22.3710, rooms(documents)},
	{"nykarleby-halsostation", text{"Nykarleby hälsostation", "Uudenkaarlepyyn terveysasema", "Nykarleby health station"}, "nykarleby", text{"Topeliusesplanaden 13", "Topeliuksenpuistikko 13", "Topeliusesplanaden 13"}, "06 555 0190", 63.5210, 22.5310, rooms(skin, ears)},
	{"jeppo-mottagning", text{"Jeppo mottagning", "Jepuan vastaanotto", "Jeppo clinic"}, "nykarleby", text{"Jepuavägen 40", "Jepuantie 40", "Jepuavägen 40"}, "06 555 0192", 63.4010, 22.6220, rooms(documents)},
	{"jakobstad-halsostation", text{"Jakobstads hälsostation", "Pietarsaaren terveysasema", "Jakobstad health station"}, "jakobstad", text{"Östermalmsgatan 4", "Itänummenkatu 4", "Östermalmsgatan 4"}, "06 555 0200", 63.6740, 22.7020, rooms(skin, ears, documents, talk)},
	{"jakobstad-vestersundsby", text{"Jakobstad, Vestersundsby", "Pietarsaari, Länsinummi", "Jakobstad, Vestersundsby"}, "jakobstad", text{"Vestersundsbyvägen 9", "Vestersundintie 9", "Vestersundsbyvägen 9"}, "06 555 0202", 63.6560, 22.6800, rooms(talk, skin)},
	{"bennas-mottagning", text{"Bennäs mottagning", "Pännäisten vastaanotto", "Bennäs clinic"}, "pedersore", text{"Skrufvilagatan 2", "Skruvilankatu 2", "Skrufvilagatan 2"}, "06 555 0210", 63.6010, 22.7950, rooms(skin, ears)},
	{"esse-mottagning", text{"Esse mottagning", "Ähtävän vastaanotto", "Esse clinic"}, "pedersore", text{"Essevägen 510", "Ähtäväntie 510", "Essevägen 510"}, "06 555 0212", 63.5730, 23.0310, rooms(documents)},
	{"larsmo-mottagning", text{"Larsmo mottagning", "Luodon vastaanotto", "Larsmo clinic"}, "larsmo", text{"Norra Larsmovägen 30", "Pohjoinen Luodontie 30", "Norra Larsmovägen 30"}, "06 555 0220", 63.7540, 22.7500, rooms(skin)},
	{"kronoby-halsostation", text{"Kronoby hälsostation", "Kruunupyyn terveysasema", "Kronoby health station"}, "kronoby", text{"Säbråvägen 7", "Säbråntie 7", "Säbråvägen 7"}, "06 555 0230", 63.7260, 23.0320, rooms(ears, skin)},
	{"terjarv-mottagning", text{"Terjärvs mottagning", "Teerijärven vastaanotto", "Terjärv clinic"}, "kronoby", text{"Kyrkovägen 12", "Kirkkotie 12", "Kyrkovägen 12"}, "06 555 0232", 63.5430, 23.5020, rooms(documents)},
}
