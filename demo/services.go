package demo

// service is what can be booked. needs are device kinds that a hosted visit
// takes with the room; a hosted visit always takes a nurse of the site as
// well. units name who owns it.
type service struct {
	slug       string
	name       text
	summary    text
	minutes    int
	modalities []string // "video", "hosted", "in_person", "phone"
	profession string   // a key of professions
	needs      []string // device kinds of a hosted visit
	unit       string   // a key of units
}

// units own schedules and services.
var units = map[string]text{
	"allmanmedicin":  {"Allmänmedicin", "Yleislääketiede", "General medicine"},
	"psykosocialt":   {"Psykosociala tjänster", "Psykososiaaliset palvelut", "Psychosocial services"},
	"rehabilitering": {"Rehabilitering", "Kuntoutus", "Rehabilitation"},
	"radgivning":     {"Rådgivning för barn och familjer", "Lapsi- ja perheneuvola", "Child and family clinic"},
	"socialt":        {"Socialt arbete", "Sosiaalityö", "Social work"},
}

var services = []service{
	{
		slug: "lakare", name: text{"Läkare", "Lääkäri", "Doctor"},
		summary: text{
			"För besvär som behöver en läkares bedömning: infektioner, värk, mediciner, återbesök.",
			"Kun vaiva vaatii lääkärin arviota: tulehdukset, kivut, lääkitys, jatkokäynti.",
			"When a doctor needs to look at it: infections, pain, medicines, follow-up.",
		},
		minutes: 20, modalities: []string{"video", "hosted", "in_person", "phone"}, profession: "physician", unit: "allmanmedicin",
	},
	{
		slug: "hudbesvar", name: text{"Läkare, hudbesvär", "Lääkäri, ihovaivat", "Doctor, skin problems"},
		summary: text{
			"Utslag, sår eller ett märke som har ändrats. På hälsostationen ser läkaren huden genom ett dermatoskop.",
			"Ihottuma, haava tai muuttunut luomi. Terveysasemalla lääkäri näkee ihon dermatoskoopilla.",
			"A rash, a sore or a mole that has changed. At a health station the doctor sees your skin through a dermatoscope.",
		},
		minutes: 20, modalities: []string{"video", "hosted", "in_person"}, profession: "physician", needs: []string{"dermatoscope"}, unit: "allmanmedicin",
	},
	{
		slug: "oron-hals", name: text{"Läkare, öron och hals", "Lääkäri, korvat ja kurkku", "Doctor, ears and throat"},
		summary: text{
			"Öronvärk, lock för örat eller långvarigt ont i halsen. En skötare undersöker örat medan läkaren ser på.",
			"Korvakipu, korvan lukkoisuus tai pitkittynyt kurkkukipu. Hoitaja tutkii korvan lääkärin katsoessa.",
			"Earache, a blocked ear or a sore throat that lasts. A nurse examines the ear while the doctor watches.",
		},
		minutes: 20, modalities: []string{"hosted", "in_person"}, profession: "physician", needs: []string{"otoscope"}, unit: "allmanmedicin",
	},
	{
		slug: "provsvar", name: text{"Genomgång av provsvar", "Tutkimustulosten läpikäynti", "Going through test results"},
		summary: text{
			"Läkaren går igenom dina prov och vad som händer sedan.",
			"Lääkäri käy läpi tuloksesi ja sen, miten hoito jatkuu.",
			"The doctor goes through your results and what happens next.",
		},
		minutes: 15, modalities: []string{"phone", "video"}, profession: "physician", unit: "allmanmedicin",
	},
	{
		slug: "skotare", name: text{"Sjukskötare", "Sairaanhoitaja", "Nurse"},
		summary: text{
			"Råd, blodtryck, sår och stygn, uppföljning av långtidssjukdom.",
			"Neuvontaa, verenpaine, haavat ja ompeleet, pitkäaikaissairauden seuranta.",
			"Advice, blood pressure, wounds and stitches, follow-up of a long-term illness.",
		},
		minutes: 20, modalities: []string{"video", "in_person", "phone"}, profession: "nurse", unit: "allmanmedicin",
	},
	{
		slug: "diabetes", name: text{"Diabetesskötare", "Diabeteshoitaja", "Diabetes nurse"},
		summary: text{
			"Uppföljning av diabetes: värden, insulin, fötter och vardag.",
			"Diabeteksen seuranta: arvot, insuliini, jalat ja arki.",
			"Diabetes follow-up: readings, insulin, feet and everyday life.",
		},
		minutes: 30, modalities: []string{"video", "in_person", "phone"}, profession: "nurse", unit: "allmanmedicin",
	},
	{
		slug: "samtal", name: text{"Samtal med psykiatrisk sjukskötare", "Keskustelu psykiatrisen sairaanhoitajan kanssa", "Talk with a psychiatric nurse"},
		summary: text{
			"När du är nedstämd, orolig eller sover dåligt. Du behöver ingen remiss.",
			"Kun olet alakuloinen tai ahdistunut tai nukut huonosti. Et tarvitse lähetettä.",
			"When you feel low or anxious or sleep badly. You need no referral.",
		},
		minutes: 45, modalities: []string{"video", "in_person", "phone"}, profession: "psychiatric-nurse", unit: "psykosocialt",
	},
	{
		slug: "psykolog", name: text{"Psykolog", "Psykologi", "Psychologist"},
		summary: text{
			"Bedömning och korta behandlingar, även på distans.",
			"Arviointi ja lyhyet hoitojaksot, myös etänä.",
			"Assessment and short treatments, also remotely.",
		},
		minutes: 45, modalities: []string{"video", "in_person", "hosted"}, profession: "psychologist", unit: "psykosocialt",
	},
	{
		slug: "missbruk", name: text{"Missbrukarvård, första samtal", "Päihdepalvelut, ensikeskustelu", "Substance-abuse care, first talk"},
		summary: text{
			"Ett första samtal om alkohol, droger eller spel. Det är konfidentiellt.",
			"Ensimmäinen keskustelu päihteistä tai pelaamisesta. Se on luottamuksellinen.",
			"A first talk about alcohol, drugs or gambling. It is confidential.",
		},
		minutes: 45, modalities: []string{"video", "in_person", "phone"}, profession: "psychiatric-nurse", unit: "psykosocialt",
	},
	{
		slug: "fysioterapi", name: text{"Fysioterapeut", "Fysioterapeutti", "Physiotherapist"},
		summary: text{
			"Rygg, nacke, axlar och knän. Du kan boka utan remiss.",
			"Selkä, niska, hartiat ja polvet. Voit varata ajan ilman lähetettä.",
			"Back, neck, shoulders and knees. You can book without a referral.",
		},
		minutes: 30, modalities: []string{"video", "in_person", "hosted"}, profession: "physiotherapist", unit: "rehabilitering",
	},
	{
		slug: "radgivning", name: text{"Hälsovårdare, rådgivning", "Terveydenhoitaja, neuvola", "Public-health nurse, child clinic"},
		summary: text{
			"Barnets växt, amning, sömn och vaccinationer.",
			"Lapsen kasvu, imetys, uni ja rokotukset.",
			"Your child's growth, feeding, sleep and vaccinations.",
		},
		minutes: 30, modalities: []string{"video", "in_person", "phone"}, profession: "public-health-nurse", unit: "radgivning",
	},
	{
		slug: "socialarbetare", name: text{"Socialarbetare", "Sosiaalityöntekijä", "Social worker"},
		summary: text{
			"Stöd i vardagen, ekonomi, boende och familj.",
			"Tukea arkeen, talouteen, asumiseen ja perheeseen.",
			"Support with everyday life, money, housing and family.",
		},
		minutes: 45, modalities: []string{"video", "hosted", "in_person", "phone"}, profession: "social-worker", unit: "socialt",
	},
}

// professions give the title that people read; count is how many of the
// county's 120 practitioners have it, the personas included.
var professions = map[string]struct {
	title text
	count int
}{
	"physician":           {text{"läkare", "lääkäri", "doctor"}, 34},
	"nurse":               {text{"sjukskötare", "sairaanhoitaja", "nurse"}, 44},
	"psychiatric-nurse":   {text{"psykiatrisk sjukskötare", "psykiatrinen sairaanhoitaja", "psychiatric nurse"}, 10},
	"psychologist":        {text{"psykolog", "psykologi", "psychologist"}, 7},
	"physiotherapist":     {text{"fysioterapeut", "fysioterapeutti", "physiotherapist"}, 9},
	"public-health-nurse": {text{"hälsovårdare", "terveydenhoitaja", "public-health nurse"}, 9},
	"social-worker":       {text{"socialarbetare", "sosiaalityöntekijä", "social worker"}, 7},
}
