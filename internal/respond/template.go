package respond

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A template is text with values to fill in. What surrounds a value decides
// how it is encoded, so that a value stays data wherever it lands.
type template []piece

// A piece is literal text, or the value to put in its place.
type piece struct {
	text  string
	value *value // nil: literal
	as    form
}

// A form is what a value is written as.
type form int

const (
	asText       form = iota // for people; escaped by whoever prints it
	asURL                    // part of a URL
	asJSONString             // inside a JSON string
	asJSON                   // a JSON value
	asKQL                    // a KQL literal, or a list of them
)

var placeholder = regexp.MustCompile(`\$\{([^}]*)\}`)

// parseTemplate cuts text at its placeholders, ${name}.
func parseTemplate(text string, as form) (template, error) {
	var t template
	at := 0
	for _, m := range placeholder.FindAllStringSubmatchIndex(text, -1) {
		v := valueNamed(text[m[2]:m[3]])
		switch {
		case v == nil:
			return nil, fmt.Errorf("no value is called %q; there are %s", text[m[2]:m[3]], strings.Join(valueNames(), ", "))
		case !slices.Contains(v.forms, as):
			return nil, fmt.Errorf("the value %s cannot stand in %s", v.name, as)
		}
		t = append(t, piece{text: text[at:m[0]]}, piece{value: v, as: as})
		at = m[1]
	}
	return append(t, piece{text: text[at:]}), nil
}

func (f form) String() string {
	return [...]string{"text", "a URL", "a JSON string", "JSON", "KQL"}[f]
}

// fill returns the text with its values, and the sentences about those that
// no record holds; in their place stands their lookup's name in braces.
func (t template) fill(b *binding) (text string, missing []string) {
	var out strings.Builder
	for _, p := range t {
		if p.value == nil {
			out.WriteString(p.text)
			continue
		}
		filled, problem := p.value.write(b, p.as)
		out.WriteString(filled)
		if problem != "" && !slices.Contains(missing, problem) {
			missing = append(missing, problem)
		}
	}
	return out.String(), missing
}
