package sigma

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
	"testing"
)

// A text is found in Base64 wherever it stands in what is encoded.
func TestOffsetsAreFoundAnywhere(t *testing.T) {
	for _, text := range []string{"foo", "http://", "a longer text", "é€"} {
		for before := range 7 {
			for after := range 4 {
				whole := strings.Repeat("x", before) + text + strings.Repeat("y", after)
				encoded := base64.StdEncoding.EncodeToString([]byte(whole))
				found := false
				for _, o := range offsets(text) {
					found = found || strings.Contains(encoded, o)
				}
				if !found {
					t.Errorf("%q of %q is not found in %s by %q", text, whole, encoded, offsets(text))
				}
			}
		}
	}
}

func TestEncode(t *testing.T) {
	if got := wide("é\U0001F600", binary.LittleEndian); got != "\xe9\x00\x3d\xd8\x00\xde" {
		t.Errorf("wide: %x", got)
	}
	if got := encode("utf16", "a")[0]; got != "\xff\xfea\x00" {
		t.Errorf("utf16: %x", got)
	}
	if got := encode("utf16be", "a")[0]; got != "\x00a" {
		t.Errorf("utf16be: %x", got)
	}
	if got := encode("base64", "foo")[0]; got != "Zm9v" {
		t.Errorf("base64: %s", got)
	}
}

// A backslash is plain unless a wildcard or another follows it.
func TestParsePattern(t *testing.T) {
	for text, want := range map[string]string{
		`a\b`: `"a\b"`, `a\\b`: `"a\b"`, `a\*b`: `"a*b"`, `a\\*b`: `"a\" * "b"`, `a\\\*b`: `"a\*b"`, `a\`: `"a\"`, `\\\`: `"\\"`, `\\\\`: `"\\"`,
		`a**?b`: `"a" * ? "b"`, ``: ``, `\?`: `"?"`, `\"`: `"\""`,
	} {
		var got []string
		for _, p := range parsePattern(text) {
			switch p.kind {
			case literal:
				got = append(got, `"`+p.text+`"`)
			case anything:
				got = append(got, "*")
			case anyOne:
				got = append(got, "?")
			case anyDash:
				got = append(got, "-")
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %s, want %s", text, strings.Join(got, " "), want)
		}
	}
}

func FuzzCondition(f *testing.F) {
	f.Add("a and not (b or 1 of c*)")
	f.Add("not not not")
	f.Fuzz(func(_ *testing.T, text string) {
		_, _ = parseCondition(text, []search{{"a", anyOf{}}, {"b", anyOf{}}, {"c_1", anyOf{}}})
	})
}
