package ingest

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/conshelf/conshelf/kql/types"
)

// What collectors write of their own work. Their rows are no events of the
// tenant: they say what was asked for, and confess what was not collected.

// CollectorTable has a row for each entry of a collector's log. Lost is true
// where the entry confesses that records were not collected; From and To are
// the window of them, where it names one.
const CollectorTable = "CollectorLog_CL"

func collectorTable() types.Table {
	return types.Table{Name: CollectorTable, Columns: []types.Column{
		{Name: timeGenerated, Type: types.DateTime},
		{Name: "Collector", Type: types.String},
		{Name: "Level", Type: types.String},
		{Name: "Message", Type: types.String},
		{Name: "Lost", Type: types.Bool},
		{Name: "From", Type: types.DateTime},
		{Name: "To", Type: types.DateTime},
		{Name: "Type", Type: types.String},
	}}
}

// A dialect is how a collector writes an entry of its log.
type dialect struct {
	format    string // the format's name
	collector string
	open      string // before the time
	after     string // behind it
	fraction  string // between seconds and fraction, where it is no point
	level     bool   // a word for the level must follow
}

// dialects lists them, the most particular first.
func dialects() []dialect {
	return []dialect{
		{format: "goose-log", collector: "Untitled Goose", fraction: ",", after: " - "},
		{format: "hawk-log", collector: "Hawk", open: "[", after: "] - "},
		{format: "hawk-log", collector: "Hawk", open: "[", after: "]- "},
		{format: "dfir-o365rc-log", collector: "DFIR-O365RC", after: " ", level: true},
		{format: "collector-log", open: "[", after: "] ", level: true},
		{format: "collector-log", after: " - ", level: true},
		{format: "mes-log", collector: "Microsoft-Extractor-Suite", after: ": "},
	}
}

// collectorShapes are formats that frames recognise by their lines. Their mark
// is no name that a member can have.
func collectorShapes() []shape {
	var list []shape
	for _, d := range dialects() {
		if len(list) == 0 || list[len(list)-1].name != d.format {
			list = append(list, shape{name: d.format, all: []string{" " + d.format}, row: (*mapper).collectorEntry})
		}
	}
	return list
}

// entry takes a line apart. The time's length is 0 where the line begins no
// entry.
func (d dialect) entry(line []byte) (stamp, message []byte) {
	rest, ok := bytes.CutPrefix(line, []byte(d.open))
	if !ok {
		return nil, nil
	}
	n := stampLength(rest)
	if n == 0 {
		return nil, nil
	}
	stamp, rest = rest[:n], rest[n:]
	if d.fraction != "" {
		if rest, ok = bytes.CutPrefix(rest, []byte(d.fraction)); !ok {
			return nil, nil
		}
		rest = bytes.TrimLeft(rest, "0123456789")
	}
	message, ok = bytes.CutPrefix(rest, []byte(d.after))
	if word, _ := levelOf(message); !ok || d.level && word == "" {
		return nil, nil
	}
	return stamp, message
}

// stampLength returns how many bytes at the start of b are a date with a time
// of day.
func stampLength(b []byte) int {
	p := timeParser{b: b}
	if !p.date(&clock{}) {
		return 0
	}
	date := p.i
	if !p.timeOfDay() {
		if p.i == 0 || b[p.i-1] != '.' {
			return 0
		}
		return stampLength(b[:p.i-1]) // the point ends a sentence
	}
	if p.i == date {
		return 0
	}
	zoned := p
	if c := zoned.peek(); (c == 'Z' || c == '+' || c == '-') && zoned.zoneHere() {
		return zoned.i
	}
	if bytes.HasPrefix(b[p.i:], []byte(" UTC")) {
		return p.i + len(" UTC")
	}
	return p.i
}

// zoneHere passes Z, or an offset such as +01:00.
func (p *timeParser) zoneHere() bool {
	if p.accept('Z') {
		return true
	}
	p.i++
	var hours, minutes int
	return p.number(&hours, 2, 2) && p.accept(':') && p.number(&minutes, 2, 2)
}

// levelOf returns the word for its level that a message begins with, and the
// rest of the message.
func levelOf(message []byte) (string, []byte) {
	word, rest := message, []byte(nil)
	bracket := bytes.HasPrefix(word, []byte("["))
	if bracket {
		word = word[1:]
	}
	n := 0
	for n < len(word) && word[n]|0x20 >= 'a' && word[n]|0x20 <= 'z' {
		n++
	}
	word, rest = word[:n], word[n:]
	switch strings.ToUpper(string(word)) {
	case "INFO", "INFORMATION", "WARN", "WARNING", "ERROR", "DEBUG", "CRITICAL", "VERBOSE", "SUCCESS", "ACTION", "INVESTIGATE", "FATAL", "TRACE":
	default:
		return "", message
	}
	if bracket {
		rest = bytes.TrimPrefix(rest, []byte("]"))
	} else if len(rest) > 0 && !bytes.ContainsAny(rest[:1], " :-") {
		return "", message
	}
	return string(word), bytes.TrimLeft(rest, " :-")
}

// collectorEntry makes a row of an entry, of which only the text is there.
func (m *mapper) collectorEntry(r *record) string {
	m.begin(CollectorTable)
	raw := bytes.TrimRight(r.raw, "\r\n")
	var invalid flags
	if !utf8.Valid(raw) {
		invalid = flagInvalid
	}
	message := raw
	for _, d := range dialects() {
		stamp, rest := d.entry(raw)
		if stamp == nil {
			continue
		}
		message = rest
		m.give("Collector", m.literal(d.collector))
		m.give(timeGenerated, value{kind: kindText, raw: stamp})
		if last := stamp[len(stamp)-1]; last != 'Z' && last != 'C' {
			m.tally.collectorTime++
		}
		break
	}
	message = m.collectorLogger(message)
	level, message := levelOf(message)
	m.give("Level", m.literal(level))
	m.give("Message", value{kind: kindText, flags: invalid, raw: message})
	m.confession(message)
	return ""
}

// collectorLogger stores the name of the logger, which Python writes before the
// level, and returns the rest of the message.
func (m *mapper) collectorLogger(message []byte) []byte {
	logger, rest, ok := bytes.Cut(message, []byte(" - "))
	if level, _ := levelOf(rest); !ok || level == "" || !isLoggerName(logger) {
		return message
	}
	m.give("Logger", value{kind: kindText, raw: logger})
	return rest
}

func isLoggerName(b []byte) bool {
	return !bytes.ContainsFunc(b, func(r rune) bool { return r != '.' && r != '-' && !isNameRune(r) })
}

// confession notes that a message confesses a loss, and its window if the
// message names exactly two times.
func (m *mapper) confession(message []byte) {
	if !confesses(string(bytes.ToLower(message))) {
		return
	}
	m.tally.confessed++
	m.give("Lost", value{kind: kindBool, raw: []byte("true")})
	times := stamps(message)
	if len(times) != 2 {
		return
	}
	m.give("From", value{kind: kindText, raw: times[0]})
	m.give("To", value{kind: kindText, raw: times[1]})
}

// confesses tells whether a message, in lower case, says that records were not
// collected.
func confesses(message string) bool {
	for _, words := range []string{
		"not captured", "max retries reached", "maximum retries reached", "maximum number of retries", "max number of retries",
		"skipping this window", "skipping window", "skipping this interval", "skipping this time", "were lost", "data loss",
		"not be collected", "not been collected", "were not collected", "could not be retrieved", "not be retrieved",
		"are incomplete", "may be incomplete", "is incomplete", "are missing", "will be missing", "results truncated", "were truncated",
		"exceeds the maximum number of results", "more results than can be returned",
	} {
		if strings.Contains(message, words) {
			return true
		}
	}
	return false
}

// stamps returns the dates with a time of day in a text.
func stamps(text []byte) [][]byte {
	var found [][]byte
	for i := 0; i < len(text); i++ {
		if !isDigit(text[i]) {
			continue
		}
		if n := stampLength(text[i:]); n > 0 {
			found = append(found, text[i:i+n])
			i += n
		}
		for i < len(text) && (isDigit(text[i]) || text[i]|0x20 >= 'a' && text[i]|0x20 <= 'z') {
			i++
		}
	}
	return found
}

// logFrames cuts a collector's log into entries: a line with a time, and the
// lines without one that follow it.
type logFrames struct {
	lines   *csvFrames
	name    string
	records int64
	taken   int
}

// logFormat returns the format of the log that a text begins, or "". Its first
// line that is not blank begins an entry, or two others near it do.
func logFormat(text []byte) string {
	format, votes := "", 0
	for n := 0; n < 10 && len(text) > 0; {
		line, rest, whole := bytes.Cut(text, []byte("\n"))
		if text = rest; len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		n++
		found := ""
		for _, d := range dialects() {
			if stamp, _ := d.entry(bytes.TrimRight(line, "\r")); stamp != nil {
				found = d.format
				break
			}
		}
		if found != "" {
			format, votes = found, votes+1
			if n == 1 {
				return format
			}
		}
		if !whole {
			break
		}
	}
	if votes < 2 {
		return ""
	}
	return format
}

func newLogFrames(w *window, format string) *logFrames {
	return &logFrames{lines: &csvFrames{w: w}, name: format}
}

func (f *logFrames) format() string { return f.name }

func (f *logFrames) notes() []string { return nil }

func (f *logFrames) problem() string { return f.lines.problem() }

func (f *logFrames) next(r *record) bool {
	w := f.lines.w
	w.advance(f.taken)
	f.taken = 0
	f.lines.skipBlankLines()
	if len(w.bytes()) == 0 && !w.more() {
		if reason := w.failed(); reason != "" {
			f.lines.ended = "ends early: " + reason
		}
		return false
	}
	f.taken = f.entry()
	f.records++
	*r = record{number: f.records, offset: w.offset, raw: w.bytes()[:f.taken]}
	return true
}

// entry returns the length of the entry in sight.
func (f *logFrames) entry() int {
	w := f.lines.w
	for {
		b := w.bytes()
		for i := 0; ; {
			n := bytes.IndexByte(b[i:], '\n')
			if n < 0 {
				break
			}
			i += n + 1
			line, _, whole := bytes.Cut(b[i:], []byte("\n"))
			if !whole && w.err == nil {
				break
			}
			if startsEntry(line) {
				return i
			}
		}
		if !w.more() {
			return len(b)
		}
	}
}

func startsEntry(line []byte) bool {
	for _, d := range dialects() {
		if stamp, _ := d.entry(line); stamp != nil {
			return true
		}
	}
	return false
}
