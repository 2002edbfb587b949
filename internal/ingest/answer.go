package ingest

import (
	"bytes"
	"fmt"
	"strings"
)

// Answers of a query service, which have the names of columns once and then
// rows of bare values: the REST API of Log Analytics, {"tables":[…]}, and Azure
// Data Explorer's first and second forms, {"Tables":[…]} and an array of frames.

// answerFrames cuts an answer into records: a row, with the names of its
// table's columns.
type answerFrames struct {
	w        *window
	scan     scan
	limit    int // of nesting
	stack    []answerPlace
	comma    bool // an element or member was read
	table    answerTable
	headers  map[string][][]byte // columns of progressive tables, by id
	taken    int
	records  int64
	aside    int64 // rows about the answer itself
	refused  string
	ended    string
	members  []member
	elements []value
}

// An answerPlace is what is being read.
type answerPlace byte

const (
	inAnswer answerPlace = iota // the members of the object around tables
	inTables                    // the tables, or frames
	inTable                     // the members of a table
	inRows                      // the rows of a table
)

// An answerTable is what is known of a table when its rows begin.
type answerTable struct {
	columns  [][]byte
	id       string
	kind     string
	frame    string
	fragment string
}

func newAnswerFrames(w *window, maxDepth int) *answerFrames {
	return &answerFrames{w: w, scan: scan{maxDepth: maxDepth}, limit: maxDepth, headers: make(map[string][][]byte)}
}

// isAnswer tells whether the text in sight begins an answer.
func isAnswer(text []byte) bool {
	s := scan{data: text, maxDepth: 8}
	if text[0] == '[' {
		i := s.space(1)
		if i >= len(text) || text[i] != '{' || s.object(i) < 0 {
			return false
		}
		for _, mem := range s.members {
			if string(mem.key) == "FrameType" {
				return true
			}
		}
		return false
	}
	return holdsTables(&s)
}

// holdsTables tells whether the object in sight has its tables near its start.
func holdsTables(s *scan) bool {
	i := s.space(1)
	for range 8 {
		var m member
		if i = s.key(i, &m); i < 0 {
			return false
		}
		if strings.EqualFold(string(m.key), "tables") && s.data[i] == '[' {
			i = s.space(i + 1)
			return i < len(s.data) && (s.data[i] == '{' || s.data[i] == ']')
		}
		if i = s.member(i, &m.value); i < 0 {
			return false
		}
		if i = s.space(i); i >= len(s.data) || s.data[i] != ',' {
			return false
		}
		i = s.space(i + 1)
	}
	return false
}

func (f *answerFrames) problem() string {
	if f.ended != "" {
		return f.ended
	}
	return f.refused
}

func (f *answerFrames) notes() []string {
	if f.aside == 0 {
		return nil
	}
	return []string{fmt.Sprintf("rows about the query itself, which are no records: %d", f.aside)}
}

func (f *answerFrames) next(r *record) bool {
	f.w.advance(f.taken)
	f.taken = 0
	for f.ended == "" {
		c, ok := f.w.skipSpace()
		if !ok {
			f.end()
			return false
		}
		if f.punctuation(c) {
			continue
		}
		if len(f.stack) == 0 {
			f.begin(c)
			continue
		}
		switch f.stack[len(f.stack)-1] {
		case inAnswer, inTable:
			f.memberOf(c)
		case inTables:
			f.tableAt(c)
		case inRows:
			if f.rowAt(c, r) {
				return true
			}
		}
	}
	return false
}

// punctuation passes what stands between values.
func (f *answerFrames) punctuation(c byte) bool {
	switch {
	case c == ',' && f.comma:
		f.comma = false
	case (c == ']' || c == '}') && len(f.stack) > 0 && closes(f.stack[len(f.stack)-1], c):
		f.stack = f.stack[:len(f.stack)-1]
		f.comma = true
	default:
		return false
	}
	f.w.advance(1)
	return true
}

func closes(p answerPlace, c byte) bool {
	return (p == inAnswer || p == inTable) == (c == '}')
}

// begin enters an answer.
func (f *answerFrames) begin(c byte) {
	switch c {
	case '{':
		f.enter(inAnswer)
	case '[':
		f.enter(inTables)
	default:
		f.broken("what follows an answer is none")
	}
}

func (f *answerFrames) enter(p answerPlace) {
	f.stack = append(f.stack, p)
	f.comma = false
	f.w.advance(1)
}

func (f *answerFrames) tableAt(c byte) {
	if c != '{' || f.comma {
		f.broken("a table is not an object")
		return
	}
	f.table = answerTable{}
	f.enter(inTable)
}

// memberOf reads a member of a table, or of what is around the tables.
func (f *answerFrames) memberOf(c byte) {
	if c != '"' || f.comma {
		f.broken("no comma between two members")
		return
	}
	key, ok := f.key()
	if !ok {
		return
	}
	first := f.w.bytes()[0]
	switch {
	case key == "tables" && first == '[' && f.stack[len(f.stack)-1] == inAnswer:
		f.enter(inTables)
	case key == "rows" && first == '[' && f.stack[len(f.stack)-1] == inTable:
		f.rows()
	default:
		if v, ok := f.value(); ok {
			f.learn(key, v)
			f.comma = true
		}
	}
}

// rows enters the rows of a table whose columns must be known by now.
func (f *answerFrames) rows() {
	if f.table.columns == nil {
		f.table.columns = f.headers[f.table.id]
	}
	if f.table.columns == nil {
		f.broken("the rows of a table stand before its columns")
		return
	}
	if f.table.fragment == "DataReplace" {
		f.broken("a progressive answer replaces rows that it gave before: ask for one that does not")
		return
	}
	f.enter(inRows)
}

// learn notes a member of a table, or what the answer says of its failures.
func (f *answerFrames) learn(key string, v value) {
	switch key {
	case "columns":
		f.table.columns = f.columnsOf(v)
		if f.table.frame == "TableHeader" {
			f.headers[f.table.id] = f.table.columns
		}
	case "tableid":
		f.table.id = string(v.raw)
		if f.table.frame == "TableHeader" && f.table.columns != nil {
			f.headers[f.table.id] = f.table.columns
		}
	case "tablekind":
		f.table.kind = string(v.raw)
	case "frametype":
		f.table.frame = string(v.raw)
	case "tablefragmenttype":
		f.table.fragment = string(v.raw)
	case "haserrors":
		if string(v.raw) == "true" {
			f.incomplete("it has errors")
		}
	case "error", "exceptions", "oneapierrors":
		if v.kind == kindObject || v.kind == kindArray && len(bytes.TrimSpace(v.raw)) > 2 {
			f.incomplete(string(appendJSON(nil, value{kind: v.kind, flags: v.flags, raw: v.raw})))
		}
	}
}

// incomplete notes that the service did not give all that was asked for. The
// longest reason tells the most.
func (f *answerFrames) incomplete(why string) {
	reason := fmt.Sprintf("the answer says that it is not complete: %.300s", why)
	if len(reason) > len(f.refused) {
		f.refused = strings.ToValidUTF8(reason, "")
	}
}

// columnsOf returns the names in an array of columns.
func (f *answerFrames) columnsOf(v value) [][]byte {
	columns := [][]byte{}
	each := scan{maxDepth: f.limit}
	for _, e := range f.elementsOf(v) {
		each.data = e.raw
		var name []byte
		if e.kind == kindObject {
			each.object(0)
			for _, mem := range each.members {
				switch strings.ToLower(string(mem.key)) {
				case "name", "columnname":
					name = appendText(nil, mem.value)
				}
			}
		}
		columns = append(columns, name)
	}
	return columns
}

// elementsOf returns the elements of an array, which is well formed.
func (f *answerFrames) elementsOf(array value) []value {
	f.elements = f.elements[:0]
	if array.kind != kindArray {
		return nil
	}
	s := scan{data: array.raw, maxDepth: f.limit}
	for i := s.space(1); s.data[i] != ']'; {
		var v value
		i = s.space(s.member(i, &v))
		f.elements = append(f.elements, v)
		if s.data[i] == ',' {
			i = s.space(i + 1)
		}
	}
	return f.elements
}

// rowAt reads a row, and tells whether it is a record.
func (f *answerFrames) rowAt(c byte, r *record) bool {
	if f.comma {
		f.broken("no comma between two rows")
		return false
	}
	offset := f.w.offset
	v, ok := f.whole()
	if !ok {
		f.records++
		rest := f.w.bytes()
		*r = record{number: f.records, offset: offset, raw: rest[:min(rejectRaw, len(rest))], fault: "the text ends inside a row, or the row is no JSON"}
		return true
	}
	f.comma = true
	if f.aboutQuery() {
		f.aside++
		f.w.advance(len(v.raw) + quotes(v))
		return false
	}
	f.taken = len(v.raw) + quotes(v)
	f.records++
	*r = record{number: f.records, offset: offset, raw: v.raw}
	f.name(r, c, v)
	return true
}

// name gives the values of a row the names of the columns.
func (f *answerFrames) name(r *record, c byte, v value) {
	if c != '[' {
		if c == '{' {
			f.incomplete(string(appendJSON(nil, v)))
		}
		r.fault = "not a row but a message of the query service"
		return
	}
	values := f.elementsOf(v)
	if len(values) != len(f.table.columns) {
		r.fault = fmt.Sprintf("a row has %d values, its table %d columns", len(values), len(f.table.columns))
		return
	}
	f.members = f.members[:0]
	for i, v := range values {
		f.members = append(f.members, member{key: f.table.columns[i], value: v})
	}
	r.members = f.members
}

// aboutQuery tells whether the table is about the query rather than its
// result.
func (f *answerFrames) aboutQuery() bool {
	if f.table.kind != "" && f.table.kind != "PrimaryResult" && f.table.kind != "QueryResult" {
		return true
	}
	switch string(bytes.Join(f.table.columns, []byte(","))) {
	case "Value", "Ordinal,Kind,Name,Id,PrettyName",
		"Timestamp,Severity,SeverityName,StatusCode,StatusDescription,Count,RequestId,ActivityId,SubActivityId,ClientActivityId":
		return true
	}
	return false
}

// key passes a member's name, and returns it in lower case.
func (f *answerFrames) key() (string, bool) {
	var m member
	n, ok := f.sight(func() int { return f.scan.key(0, &m) })
	if !ok {
		return "", false
	}
	key := strings.ToLower(string(m.key))
	f.w.advance(n)
	return key, true
}

// sight scans what is in sight, of which there is more until the scan is whole.
// It returns where the scan ends.
func (f *answerFrames) sight(scan func() int) (int, bool) {
	for {
		f.scan.data = f.w.bytes()
		i := scan()
		if i == short && f.w.more() {
			continue
		}
		if i < 0 {
			f.cut(i)
		}
		return i, i >= 0
	}
}

// value passes a whole value and returns it. It is valid until more is read.
func (f *answerFrames) value() (value, bool) {
	v, ok := f.whole()
	if ok {
		f.w.advance(len(v.raw) + quotes(v))
	}
	return v, ok
}

// quotes is how many bytes of a value are not in raw.
func quotes(v value) int {
	if v.kind == kindString {
		return 2
	}
	return 0
}

// whole returns the value in sight, which it does not pass.
func (f *answerFrames) whole() (value, bool) {
	var v value
	if _, ok := f.sight(func() int { return f.scan.member(0, &v) }); !ok {
		return value{}, false
	}
	return v, true
}

// cut says why a value could not be read.
func (f *answerFrames) cut(code int) {
	switch {
	case code == malformed:
		f.broken(f.scan.reason)
	case f.w.full():
		f.broken(fmt.Sprintf("a record is longer than %d bytes", f.w.limit))
	default:
		f.end()
	}
}

// broken ends the reading.
func (f *answerFrames) broken(reason string) {
	if f.ended == "" {
		f.ended = fmt.Sprintf("cannot be read from offset %d to its end: %s", f.w.offset, reason)
	}
}

// end is the end of the text.
func (f *answerFrames) end() {
	switch reason := f.w.failed(); {
	case f.ended != "":
	case reason != "":
		f.ended = fmt.Sprintf("ends at offset %d: %s", f.w.offset, reason)
	case len(f.stack) > 0:
		f.ended = fmt.Sprintf("ends inside an answer at offset %d: it was cut off, export it again", f.w.offset)
	}
}
