package posture

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// A record is what is read of every object, whatever its kind.
type record struct {
	ID, Name, Type string
	Value, Data    json.RawMessage
	NextLink       string
	ODataNext      string `json:"@odata.nextLink"`
	ODataType      string `json:"@odata.type"`
	Skip           string `json:"skip_token"`
	SkipToken      string `json:"$skipToken"`
	HasNext        bool
	Error          *struct{ Code string }
	Properties     json.RawMessage
}

// continues tells whether a page says that there are more.
func (r *record) continues() bool {
	return r.NextLink != "" || r.ODataNext != "" || r.Skip != "" || r.SkipToken != "" || r.HasNext
}

// A file is one that is being read.
type file struct {
	e       *Export
	name    string
	records int
}

// Read takes in one file: a page of an API, a list, an object or several after
// each other. On an error nothing of the file is kept. A record that cannot be
// read is skipped, and said in Skipped.
func (e *Export) Read(name string, data []byte) error {
	text, err := condaccess.DecodeText(data)
	var raws []json.RawMessage
	if err == nil {
		raws, err = values(text)
	}
	if err != nil {
		e.Incomplete = append(e.Incomplete, name+" could not be read")
		return fmt.Errorf("read %s: %w", name, err)
	}
	f := &file{e: e, name: name}
	for _, raw := range raws {
		f.value(raw)
	}
	return nil
}

var (
	errCut   = errors.New("the JSON text ends in the middle: the file is cut off, or empty")
	errShape = errors.New("holds something that is neither a record nor a list of records")
)

// values returns the JSON values of a text, of which there is one at least.
func values(data []byte) ([]json.RawMessage, error) {
	var out []json.RawMessage
	d := json.NewDecoder(bytes.NewReader(data))
	for {
		var raw json.RawMessage
		err := d.Decode(&raw)
		switch {
		case errors.Is(err, io.EOF) && len(out) > 0:
			return out, nil
		case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
			return nil, errCut
		case err != nil:
			return nil, err
		case raw[0] != '{' && raw[0] != '[':
			return nil, errShape
		}
		out = append(out, raw)
	}
}

func (f *file) value(raw json.RawMessage) {
	raw = bytes.TrimSpace(raw)
	if len(raw) > 0 && raw[0] == '[' {
		var list []json.RawMessage
		if err := json.Unmarshal(raw, &list); err != nil {
			f.skip(err)
		}
		for _, item := range list {
			f.value(item)
		}
		return
	}
	var r record
	if err := json.Unmarshal(raw, &r); err != nil {
		f.skip(err)
		return
	}
	f.object(&r, raw)
}

func (f *file) object(r *record, raw json.RawMessage) {
	e := f.e
	if r.continues() {
		e.Incomplete = append(e.Incomplete, f.name+" is one page of several")
	}
	switch {
	case r.Error != nil:
		e.Incomplete = append(e.Incomplete, f.name+" holds the error "+r.Error.Code+" in place of an answer")
	case isList(r.Value):
		f.value(r.Value)
	case isList(r.Data):
		f.value(r.Data)
	default:
		f.document(kindOf(r, raw), raw)
	}
}

func (f *file) document(kind string, raw json.RawMessage) {
	f.records++
	if f.e.reader(kind) == nil {
		f.e.Others++
		return
	}
	f.e.Document(f.place(), kind, raw)
}

func isList(raw json.RawMessage) bool { return len(raw) > 0 && raw[0] == '[' }

func (f *file) place() string { return fmt.Sprintf("%s, record %d", f.name, f.records) }

func (f *file) skip(err error) {
	f.records++
	f.e.skip(f.place(), plain(err))
}

// skip notes a record that cannot be read: there may be more than is here.
func (e *Export) skip(place string, err error) {
	e.Skipped = append(e.Skipped, place+": "+err.Error())
	e.Incomplete = append(e.Incomplete, place+" could not be read")
}

// kindOf returns the kind of an object: what it says that it is, or what its
// members tell, or "".
func kindOf(r *record, raw json.RawMessage) string {
	if kind := strings.TrimPrefix(r.ODataType, "#"); kind != "" {
		return kind
	}
	if r.Type != "" && strings.Contains(r.Type, "/") {
		return r.Type
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return ""
	}
	names := make(map[string]bool, len(members))
	for name := range members {
		names[strings.ToLower(name)] = true
	}
	for _, s := range shapes() {
		if s.fits(names) {
			return s.kind
		}
	}
	return ""
}

// A shape is how an object that does not say what it is is told by its members,
// in any case: PowerShell writes them with a capital.
type shape struct {
	kind    string
	members []string
}

func (s *shape) fits(names map[string]bool) bool {
	for _, name := range s.members {
		if !names[strings.ToLower(name)] {
			return false
		}
	}
	return true
}

func shapes() []shape {
	return []shape{
		{authorizationKind, []string{"defaultUserRolePermissions"}},
		{workflowKind, []string{"notifyReviewers", "requestDurationInDays"}},
		{groupSettingKind, []string{"templateId", "values"}},
		{scoreKind, []string{"controlScores", "currentScore"}},
		{cloudAppAlertKind, []string{"_id", "timestamp", "title"}},
		{policyKind, []string{"conditions", "grantControls"}},
		{policyKind, []string{"conditions", "sessionControls"}},
		{"microsoft.graph.ipNamedLocation", []string{"ipRanges"}},
		{"microsoft.graph.countryNamedLocation", []string{"countriesAndRegions"}},
	}
}
