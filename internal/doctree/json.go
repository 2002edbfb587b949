package doctree

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/conshelf/conshelf/kql/diag"
)

// JSON reads the one value of a text.
func JSON(text string) (*Node, error) {
	r := jsonReader{text: text, decoder: json.NewDecoder(strings.NewReader(text))}
	r.decoder.UseNumber()
	n, err := r.value(0)
	if err != nil {
		return nil, err
	}
	if _, err := r.decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, r.wrong("something follows the document")
	}
	return n, nil
}

// A jsonReader builds a tree of a decoder's tokens.
type jsonReader struct {
	text    string
	decoder *json.Decoder
	nodes   int
}

// next returns where the next token starts.
func (r *jsonReader) next() int {
	at := int(r.decoder.InputOffset())
	for at < len(r.text) && strings.IndexByte(" \t\r\n,:", r.text[at]) >= 0 {
		at++
	}
	return at
}

func (r *jsonReader) wrong(message string) error {
	at := r.next()
	return &SyntaxError{diag.Span{Start: at, End: at + 1}, "not JSON: " + message}
}

// token returns the next token and where it stands.
func (r *jsonReader) token() (json.Token, diag.Span, error) {
	start := r.next()
	token, err := r.decoder.Token()
	if err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			at := max(0, int(syntax.Offset)-1)
			return nil, diag.Span{}, &SyntaxError{diag.Span{Start: at, End: at + 1}, "not JSON: " + syntax.Error()}
		}
		return nil, diag.Span{}, r.wrong("the text ends early")
	}
	return token, diag.Span{Start: start, End: int(r.decoder.InputOffset())}, nil
}

func (r *jsonReader) value(depth int) (*Node, error) {
	token, at, err := r.token()
	if err != nil {
		return nil, err
	}
	if r.nodes++; r.nodes > maxNodes || depth > maxDepth {
		return nil, r.wrong("the document is too large or too deep")
	}
	n := &Node{At: at}
	switch token := token.(type) {
	case nil:
	case string:
		n.Kind, n.Text = Text, token
		if strings.HasPrefix(r.text[min(at.Start+1, len(r.text)):], token) && !strings.Contains(token, "\n") {
			n.lines = []int{at.Start + 1}
		}
	case json.Number:
		n.Kind, n.Text = Number, token.String()
	case bool:
		n.Kind, n.Text = Bool, fmt.Sprint(token)
	case json.Delim:
		if token == '[' {
			return r.list(n, depth)
		}
		return r.object(n, depth)
	default:
		panic(fmt.Sprintf("doctree: token %T", token)) // the decoder has no others
	}
	return n, nil
}

func (r *jsonReader) list(n *Node, depth int) (*Node, error) {
	n.Kind = List
	for r.decoder.More() {
		item, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		n.Items = append(n.Items, item)
	}
	_, _, err := r.token()
	return n, err
}

func (r *jsonReader) object(n *Node, depth int) (*Node, error) {
	n.Kind = Map
	seen := make(map[string]bool)
	for r.decoder.More() {
		token, at, err := r.token()
		if err != nil {
			return nil, err
		}
		key, ok := token.(string)
		if !ok {
			return nil, r.wrong("a key is not a text")
		}
		if seen[key] {
			return nil, &SyntaxError{at, "the key " + key + " is there twice"}
		}
		seen[key] = true
		value, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		n.Entries = append(n.Entries, Entry{key, at, value})
	}
	_, _, err := r.token()
	return n, err
}
