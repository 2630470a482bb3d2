package token

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// show writes tokens as surface text, and as surface=form where they differ; a
// "/" stands before a token that starts a new part.
func show(caption string) string {
	var parts []string
	for _, t := range Append(nil, caption) {
		text := caption[t.Start:t.End]
		if form := string(AppendForm(nil, caption, t)); form != text {
			text += "=" + form
		}
		if t.NewPart {
			text = "/" + text
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " ")
}

func TestAppend(t *testing.T) {
	for _, tc := range []struct{ name, caption, want string }{
		{"plain", "A man in a hat.", "A man in a hat ."},
		{"empty", "", ""},
		{"only spaces", " \t\r\n\u00a0", ""},
		{"detached clitic", "a man 's hat", "a man 's hat"},
		{"attached clitic", "the man's hat", "the man 's hat"},
		{"curly clitic", "the man’s hat", "the man ’s='s hat"},
		{"entity clitic", "the man&rsquo;s hat", "the man &rsquo;s='s hat"},
		{"plural possessive", "the girls' team", "the girls ' team"},
		{"contractions", "they don't, can't, we'll I'M", "they do n't , ca n't , we 'll I 'M"},
		{"no clitic inside", "womens'swear bird's-eye o'clock", "womens'swear bird's-eye o'clock"},
		{"quoted", "says 'stop' and 's'", "says ' stop ' and ' s '"},
		{"quotes", "a “big” \"sign\"", "a “=\" big ”=\" \" sign \""},
		{"hyphens", "a t-shirt, well--done two- story", "a t-shirt , well -- done two - story"},
		{"non-breaking hyphen", "a t\u2011shirt", "a t\u2011shirt=t-shirt"},
		{"numbers", "1,000 dogs at 3:30, 1/2 of 3.5 1990s", "1,000 dogs at 3:30 , 1/2 of 3.5 1990s"},
		{"list without spaces", "red,green,blue", "red , green , blue"},
		{"missing space", "the beach.There U.S.A. example.com", "the beach . There U.S.A. example.com"},
		{"abbreviations", "St. Vlas, Dr. Who. A. b. no. 5 vol. 8 p.m. Vol.", "St. Vlas , Dr. Who . A . b . no . 5 vol. 8 p.m. Vol ."},
		{"runs", "wow!!! ... --", "wow !!!=! ... --"},
		{"dashes", "sky–line — 5", "sky –=-- line —=-- 5"},
		{"slash", "man/woman w/ 50%", "man / woman w / 50 %"},
		{"ampersand", "R&B, salt & pepper, A &amp; B", "R&B , salt & pepper , A &amp;=& B"},
		{"letter entity", "a caf&eacute; &nbsp; &foo; &#39;", "a caf&eacute;=café & foo ; &#39;='"},
		{"hashtag", "#sunset #1 a#b", "#sunset # 1 a # b"},
		{"mention", "by @joe and a@b.com", "by @joe and a@b.com"},
		{"links", "see https://a.b/c?d=(e). www.x.y, HTTP://Z", "see https://a.b/c?d=(e ) . www.x.y , HTTP://Z"},
		{"placeholder", "<PERSON> and <BR> him", "<PERSON> and /him"},
		{"html", "<b>red</b> car <3 x<y", "/red /car < 3 x < y"},
		{"emoji", "beach👍🏽sun 👨‍👩‍👧 kids ❤️ x", "beach /sun /kids /x"},
		{"badges", "Nike® Air™ ©2020", "Nike Air © 2020"},
		{"invisible", "so\u00adft \u200b\ufeffhat ze\u200dro\u200d a\u200db", "so\u00adft=soft hat ze\u200dro=zero a\u200db=ab"},
		{"control", "a\x00b\x1b[0m", "a b [ 0m"},
		{"right to left", "שלום \u202bworld\u202c", "שלום world"},
		{"combining", "cafe\u0301 n\u0303o", "cafe\u0301 n\u0303o"},
		{"turkish", "İstanbul's", "İstanbul 's"},
		{"file names", "IMG_4894.jpg __x__", "IMG_4894.jpg __=_ x __=_"},
		{"replacement character", "a \ufffd\ufffd's b", "a /'s b"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, show(tc.caption)); diff != "" {
				t.Errorf("tokens (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLinear runs the inputs that made other tokenizers quadratic; a quadratic
// one would not end within the test's time.
func TestLinear(t *testing.T) {
	size := 1 << 20
	if testing.Short() {
		size = 1 << 17
	}
	for _, unit := range []string{
		"!", "(", "<", "<a", "&", "&#", "'", "'s", "a'", "a.", "A.", "-", "a-", "#", "#1", "@", "@a",
		"\u200d", "a\u200d", "ｗ", "www.", "a", "1,", "<PERSON> ", "\x00", "👍", "\u0301", "`",
	} {
		caption := strings.Repeat(unit, size/len(unit))
		checkTokens(t, caption, Append(nil, caption))
	}
}

func checkTokens(t *testing.T, caption string, tokens []Token) {
	t.Helper()
	end := int32(0)
	var form []byte
	for _, tok := range tokens {
		if tok.Start < end || tok.End <= tok.Start || int(tok.End) > len(caption) {
			t.Fatalf("token [%d,%d) after %d in %d bytes", tok.Start, tok.End, end, len(caption))
		}
		end = tok.End
		if !utf8.RuneStart(caption[tok.Start]) || end < int32(len(caption)) && !utf8.RuneStart(caption[end]) {
			t.Fatalf("token %q cuts a character", caption[tok.Start:tok.End])
		}
		first, _ := utf8.DecodeRuneInString(caption[tok.Start:])
		if unicode.IsSpace(first) {
			t.Fatalf("token %q starts with a space", caption[tok.Start:tok.End])
		}
		form = AppendForm(form[:0], caption, tok)
		if len(form) == 0 {
			t.Fatalf("token %q has no form", caption[tok.Start:tok.End])
		}
	}
}

func FuzzAppend(f *testing.F) {
	for _, s := range []string{
		"\xff\xff's", "ȺȺȺȺ's", "'stop'", "womens'swear", "<b>x</b>&rsquo;s", "a\u200d'\u200ds",
		"#\u0301", "@@a", "a&b;&amp", "http://\u202e", "<!-- -->",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, caption string) {
		caption = strings.ToValidUTF8(caption, "\ufffd")
		checkTokens(t, caption, Append(nil, caption))
	})
}
