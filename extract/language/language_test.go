package language

import (
	"slices"
	"strings"
	"testing"
)

// captions in twelve languages, and what each is taken for.
var captions = []struct{ want, caption string }{
	{"en", "A man with a red umbrella waits for the bus."},
	{"en", "Two dogs are running on the beach"},
	{"en", "THE OLD MAN AND THE SEA"},
	{"en", "A poster of La vie en rose on the wall of the café"},
	{"en", "Portrait of Ludwig van Beethoven by an unknown painter"},
	{"de", "Ein Mann mit einem roten Regenschirm wartet auf den Bus."},
	{"de", "ZWEI KINDER SPIELEN UNTER EINEM BAUM"},
	{"de", "Die Katze sitzt auf dem Tisch und schläft"},
	{"fr", "Un homme avec un parapluie rouge attend le bus."},
	{"fr", "C’est une petite fille dans son jardin"},
	{"fr", "Deux chiens courent sur la plage"},
	{"es", "Un hombre con un paraguas rojo espera el autobús bajo la lluvia."},
	{"es", "Dos perros están corriendo por la playa"},
	{"it", "Un uomo con un ombrello rosso aspetta l'autobus sotto la pioggia."},
	{"it", "Due cani che corrono sulla spiaggia"},
	{"pt", "Um homem com um guarda-chuva vermelho espera pelo ônibus na chuva."},
	{"pt", "Dois cães não estão na praia"},
	{"nl", "Een man met een rode paraplu wacht op de bus."},
	{"nl", "Twee honden rennen over het strand naar de zee"},
	{"pl", "Kobieta z czerwonym parasolem, która czeka na autobus przed domem"},
	{"pl", "Dwa psy są na plaży oraz przy wodzie"},
	{"cs", "Muž s červeným deštníkem, který čeká na autobus před domem"},
	{"cs", "Dva psi jsou na pláži, ale není tam slunce"},
	{"sv", "En man med ett rött paraply väntar på bussen"},
	{"da", "En mand med en rød paraply venter på bussen, og hans hund sover"},
	{"fi", "Mies ja nainen, joka on rannalla koiran kanssa"},

	// Too little to tell: these pass.
	{"", ""},
	{"", "1957 Elva Mk I"},
	{"", "Plaza de España, Sevilla"},
	{"", "Place de la Concorde"},
	{"", "Musée national du Château de Compiègne et la Ville de Lyon"},
	{"", "crème de la crème"},
	{"", "Ein Haus"},
	{"", "red car"},
}

func TestVote(t *testing.T) {
	for _, tc := range captions {
		if got := Vote(tc.caption); got != tc.want {
			t.Errorf("Vote(%q) = %q, want %q", tc.caption, got, tc.want)
		}
	}
}

func TestOtherScript(t *testing.T) {
	for _, tc := range []struct {
		text string
		want bool
	}{
		{"", false},
		{"1234 !?", false},
		{"a dog and the cat", false},
		{"ein schöner Hund, źdźbło, ırmak", false},
		{"𝒜 𝒹ℴℊ", false},
		{"ｗｉｄｅ", false},
		{"a cat named Μίκα sleeps on the red sofa", false},
		{"красная машина", true},
		{"Φωτογραφία: two women", true},
		{"赤い傘を持つ男性", true},
		{"رجل يحمل مظلة حمراء", true},
		{"איש עם מטריה", true},
		{"빨간 우산", true},
		{"लाल छाता", true},
		{"abcdж", false}, // a fifth
		{"abcж", true},
	} {
		if got := OtherScript(tc.text); got != tc.want {
			t.Errorf("OtherScript(%q) = %v", tc.text, got)
		}
	}
}

func TestWords(t *testing.T) {
	lists := make(map[string][]string)
	for line := range strings.Lines(wordsText) {
		if strings.HasPrefix(line, "#") || line == "\n" {
			continue
		}
		name, words, _ := strings.Cut(line, ":")
		lists[name] = append(lists[name], strings.Fields(words)...)
	}
	known := make(map[string]bool)
	for name, words := range lists {
		if !slices.IsSorted(words) || len(slices.Compact(words)) != len(lists[name]) {
			t.Errorf("list %s is out of order, or has a word twice", name)
		}
		for _, w := range words {
			if w != strings.ToLower(w) || len(w) < 2 || len(w)+3 > maxWord {
				t.Errorf("list %s: %q can't be met", name, w)
			}
			known[w] = known[w] || name != shared && name != names
		}
	}
	for _, name := range []string{shared, names} {
		for _, w := range lists[name] {
			if !known[w] {
				t.Errorf("list %s: %q stands in no language", name, w)
			}
		}
	}
	if n := len(voters.codes); n > maxLanguages || voters.codes[english] != "en" {
		t.Errorf("languages are %v, want at most %d and English first", voters.codes, maxLanguages)
	}
	if len(Hash()) != 64 {
		t.Errorf("hash %q is no SHA-256", Hash())
	}
}

func TestAllocatesNothing(t *testing.T) {
	const text = "Ein Mann mit einem roten Regenschirm, très ’élégant’, wartet; a dog is on the beach"
	if n := testing.AllocsPerRun(100, func() { Vote(text); OtherScript(text) }); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

func FuzzVote(f *testing.F) {
	for _, c := range captions {
		f.Add(c.caption)
	}
	f.Add("\xff\xfe" + strings.Repeat("ß", 40))
	f.Fuzz(func(t *testing.T, text string) {
		OtherScript(text)
		if code := Vote(text); code != "" && !slices.Contains(voters.codes, code) {
			t.Errorf("Vote(%q) = %q", text, code)
		}
	})
}

func BenchmarkGate(b *testing.B) {
	const text = "A man in a blue shirt is standing on a ladder cleaning the windows of a house"
	b.ReportAllocs()
	for b.Loop() {
		OtherScript(text)
		Vote(text)
	}
}
