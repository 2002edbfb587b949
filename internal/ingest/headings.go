package ingest

import (
	_ "embed" // the portal's words
	"fmt"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// The portal writes its headings, and some values, in the language of whoever
// downloads them.
//
//go:embed headings.txt
var portalWords string

// words are English words by a folded word of another language.
type words struct{ headings, values map[string]string }

// portalLanguage reads the embedded list once. One that does not read is a
// broken build.
var portalLanguage = sync.OnceValue(func() words {
	w, err := parseWords(portalWords)
	if err != nil {
		panic("ingest: " + err.Error())
	}
	return w
})

// parseWords reads sections of `english = word | word`. No word of a kind may
// stand for two.
func parseWords(text string) (words, error) {
	w := words{headings: make(map[string]string), values: make(map[string]string)}
	into := w.headings
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
			continue
		case line[0] == '[':
			into = w.headings
			if line == "[values]" {
				into = w.values
			}
			continue
		}
		english, list, ok := strings.Cut(line, " = ")
		if !ok {
			return words{}, fmt.Errorf("headings.txt:%d: %q is no word", n+1, line)
		}
		for _, word := range strings.Split(list, " | ") {
			folded := foldWord(word)
			if other, twice := into[folded]; twice && other != english {
				return words{}, fmt.Errorf("headings.txt:%d: %q is both %q and %q", n+1, word, other, english)
			}
			into[folded] = english
		}
	}
	return w, nil
}

// foldWord takes off a word what a file may write otherwise: case, accents,
// spaces and punctuation.
func foldWord(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(s)) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// englishHeading returns the portal's English heading for one in another
// language; any other name as it is.
func englishHeading(heading string) string {
	if english, ok := portalLanguage().headings[foldWord(heading)]; ok {
		return english
	}
	return heading
}

// englishValue returns the portal's English word for a value in another
// language, in lower case; any other value as it is, in lower case.
func englishValue(v string) string {
	if english, ok := portalLanguage().values[foldWord(v)]; ok {
		return english
	}
	return strings.ToLower(strings.TrimSpace(v))
}
