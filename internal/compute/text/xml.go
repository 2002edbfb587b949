// Package text computes what KQL's functions of coded texts compute: XML,
// Punycode, compressed texts, user agents and the times of time zones. A text
// is evidence and hostile: nothing here fails on one, or grows past a bound
// because of one, without saying so.
package text

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/conshelf/conshelf/kql/types"
)

// The bounds of an XML text that is read. The size is Kusto's own; the depth
// keeps the JSON of the result within what the engine reads.
const (
	maxXML      = 1 << 20
	maxXMLDepth = 200
)

// ParseXML returns an XML text as JSON, false if it is malformed or too large:
// a child of an element is a property of its name, an attribute one whose name
// starts with @, text is #text, and what repeats is an array. An element that
// holds nothing but a text is that text. Comments, CDATA sections and
// processing instructions are no part of it.
func ParseXML(s string) (string, bool) {
	if len(s) > maxXML {
		return "", false
	}
	r := &xmlReader{text: s, decoder: xml.NewDecoder(strings.NewReader(s))}
	// The text is decoded already, whatever encoding it says it has.
	r.decoder.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	for {
		at := r.decoder.InputOffset()
		token, err := r.decoder.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || !r.take(token, at) {
			return "", false
		}
	}
	if r.root == "" || len(r.open) > 0 {
		return "", false
	}
	return r.root, true
}

// An xmlReader builds the JSON of an XML text.
type xmlReader struct {
	text    string
	decoder *xml.Decoder
	open    []*element
	root    string // JSON of the whole; empty until the root element ends
}

// take takes a token that starts at an offset; false if it may not stand there.
func (r *xmlReader) take(token xml.Token, at int64) bool {
	switch token := token.(type) {
	case xml.StartElement:
		return r.start(token)
	case xml.EndElement:
		return r.end(qualified(token.Name))
	case xml.CharData:
		return r.characters(string(token), at)
	}
	return true
}

func (r *xmlReader) start(token xml.StartElement) bool {
	if r.root != "" || len(r.open) == maxXMLDepth {
		return false
	}
	e := &element{name: qualified(token.Name), places: map[string]int{}}
	for _, a := range token.Attr {
		name := "@" + qualified(a.Name)
		if _, twice := e.places[name]; twice {
			return false
		}
		e.add(name, quoted(a.Value))
	}
	r.open = append(r.open, e)
	return true
}

func (r *xmlReader) end(name string) bool {
	last := len(r.open) - 1
	if last < 0 || r.open[last].name != name {
		return false
	}
	e := r.open[last]
	r.open = r.open[:last]
	if last > 0 {
		r.open[last-1].add(name, e.json())
		return true
	}
	r.root = "{" + quoted(name) + ":" + e.json() + "}"
	return true
}

func (r *xmlReader) characters(s string, at int64) bool {
	blank := strings.Trim(s, " \t\r\n") == ""
	switch section := strings.HasPrefix(r.text[at:], "<![CDATA["); {
	case len(r.open) == 0:
		return blank && !section
	case !blank && !section:
		r.open[len(r.open)-1].add(textKey, quoted(s))
	}
	return true
}

const textKey = "#text"

// An element is what has been read of an element: its properties in the order
// in which they came first.
type element struct {
	name   string
	keys   []string
	values [][]string
	places map[string]int
}

func (e *element) add(key, json string) {
	at, ok := e.places[key]
	if !ok {
		at = len(e.keys)
		e.places[key] = at
		e.keys, e.values = append(e.keys, key), append(e.values, nil)
	}
	e.values[at] = append(e.values[at], json)
}

func (e *element) json() string {
	switch {
	case len(e.keys) == 0:
		return "null"
	case len(e.keys) == 1 && e.keys[0] == textKey && len(e.values[0]) == 1:
		return e.values[0][0]
	}
	members := make([]string, len(e.keys))
	for i, key := range e.keys {
		value := e.values[i][0]
		if len(e.values[i]) > 1 {
			value = "[" + strings.Join(e.values[i], ",") + "]"
		}
		members[i] = quoted(key) + ":" + value
	}
	return "{" + strings.Join(members, ",") + "}"
}

// qualified returns a name as it is written, its prefix before it.
func qualified(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

func quoted(s string) string { return string(types.AppendQuoted(nil, s)) }
