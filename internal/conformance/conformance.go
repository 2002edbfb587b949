// Package conformance measures the compiler and an engine against recorded
// answers: rows that a Kusto engine gave, columns that Microsoft's binder gave,
// and queries that people published and that must compile.
//
// Nothing is counted in silence: a case passes, is refused, is wrong, or is on
// the list of those that cannot be judged, which is short and says why.
package conformance

import (
	"bufio"
	_ "embed" // the list of cases that cannot be judged
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// A Verdict is what became of a case.
type Verdict int

// The verdicts.
const (
	Pass    Verdict = iota
	Shape           // passes by its columns and the number of its rows: the values differ from run to run
	Open            // passes: it reads a table or calls a function that the schema lacks
	Unknown         // passes: it names a column that the schema lacks, as Microsoft's binder says too
	Refused         // the compiler or the engine would not run it, and said why
	Lenient         // Kusto rejects it and we ran it
	Wrong           // another answer
	Failed          // an error that is no refusal
	Skipped         // on the list of cases that cannot be judged
	verdicts
)

func (v Verdict) String() string {
	return [verdicts]string{"pass", "by shape", "open", "unknown name", "refused", "lenient", "WRONG", "FAILED", "skipped"}[v]
}

// Passes tells whether the verdict counts as passed.
func (v Verdict) Passes() bool { return v == Pass || v == Shape || v == Open || v == Unknown }

// An Outcome is a case and what became of it.
type Outcome struct {
	Line    int    // in the file, from 1
	ID      string // as the file gives it; not unique
	Query   string
	Verdict Verdict
	Detail  string // what differs, or why it was refused
}

// A Report is the outcomes of one file, in its order.
type Report struct {
	File     string
	Outcomes []Outcome
}

// Count returns how many cases have the verdict.
func (r Report) Count(v Verdict) int {
	n := 0
	for _, o := range r.Outcomes {
		if o.Verdict == v {
			n++
		}
	}
	return n
}

// Passed returns the share of cases that passed, 0 to 1, of all in the file.
func (r Report) Passed() float64 {
	n := 0
	for _, o := range r.Outcomes {
		if o.Verdict.Passes() {
			n++
		}
	}
	return float64(n) / float64(max(len(r.Outcomes), 1))
}

// WrongShare returns the share of cases whose answer is not Kusto's, 0 to 1.
func (r Report) WrongShare() float64 {
	n := r.Count(Wrong) + r.Count(Failed) + r.Count(Lenient)
	return float64(n) / float64(max(len(r.Outcomes), 1))
}

// String is one line: the file, the share that passed, and every count.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-20s %5d cases, %6.2f %% pass:", r.File, len(r.Outcomes), 100*r.Passed())
	for v := range verdicts {
		if n := r.Count(v); n > 0 || v == Pass || v == Refused || v == Wrong {
			fmt.Fprintf(&b, " %d %s,", n, v)
		}
	}
	return strings.TrimSuffix(b.String(), ",")
}

// add judges one case, unless it is on the list of those that cannot be.
func (r *Report) add(line int, id, query string, judge func() (Verdict, string)) {
	o := Outcome{Line: line, ID: id, Query: query}
	if reason, ok := skipped()[r.File+" "+strconv.Itoa(line)+" "+id]; ok {
		o.Verdict, o.Detail = Skipped, reason
	} else {
		o.Verdict, o.Detail = judge()
	}
	r.Outcomes = append(r.Outcomes, o)
}

//go:embed skipped.txt
var skipList string

// skipped returns the reasons by "file line id".
func skipped() map[string]string {
	list := make(map[string]string)
	for line := range strings.Lines(skipList) {
		key, reason, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if ok && key[0] != '#' {
			list[key] = reason
		}
	}
	return list
}

// maxLine is the longest line of a file of cases, in bytes.
const maxLine = 16 << 20

// read decodes a file of JSON Lines into cases.
func read[T any](r io.Reader) ([]T, error) {
	var list []T
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	for n := 1; lines.Scan(); n++ {
		var c T
		d := json.NewDecoder(strings.NewReader(lines.Text()))
		d.UseNumber()
		if err := d.Decode(&c); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		list = append(list, c)
	}
	return list, lines.Err()
}
