// Package diag holds positions in a text and the diagnostics about it, for
// the author of a query, a rule or a playbook. A diagnostic says where, what
// and what to write instead; collecting goes on after the first.
package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Span is a half-open range of byte offsets into a text. The zero Span is
// the start of the text.
type Span struct {
	Start, End int
}

// To returns the span from the start of s to the end of end.
func (s Span) To(end Span) Span { return Span{Start: s.Start, End: end.End} }

// A Severity says what a diagnostic means for whoever runs the text.
type Severity int

// The zero Severity is Error: a diagnostic that does not say is one that stops.
const (
	Error   Severity = iota // the text has no meaning; it does not run
	Warning                 // it runs, and probably does not do what its author wants
	Info                    // it runs; there is something to know
)

func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	case Info:
		return "info"
	}
	panic(fmt.Sprintf("severity %d", int(s)))
}

// A Code names a kind of diagnostic. Codes of the form KS### are those of
// Microsoft's Kusto language service; CSH### are ours, where it has none.
type Code string

// The codes in use. The number is part of the interface: people filter by it.
const (
	Unterminated        Code = "KS001"  // a string or a literal does not end
	UnexpectedCharacter Code = "KS002"  // a character that starts nothing
	Expected            Code = "KS005"  // a token or a clause is missing
	MissingExpr         Code = "KS006"  // an expression is missing
	TypeMismatch        Code = "KS106"  // an operand or an argument has the wrong type
	ArgumentCount       Code = "KS119"  // a function has too many or too few arguments
	NotSummarizable     Code = "KS116"  // dynamic where a scalar key is needed
	UnknownName         Code = "KS142"  // a column, variable or parameter is not defined
	NotSeveral          Code = "KS149"  // several names for an expression of one value
	NoValue             Code = "KS150"  // a name for a value that the expression does not have
	DuplicateColumn     Code = "KS171"  // two result columns have one name
	OperatorExpected    Code = "KS176"  // no such tabular operator
	UnexpectedText      Code = "KS198"  // text that belongs to no part of the query
	UnknownTable        Code = "KS204"  // no such table
	UnknownFunction     Code = "KS211"  // no such function
	RawGUID             Code = "KS214"  // a guid without guid(…)
	UnknownDirective    Code = "KS250"  // a line that begins with # and names no directive
	NeedsBrackets       Code = "KS228"  // a keyword used as a name without ['…']
	Unsupported         Code = "CSH001" // the language has it, this program refuses it
	NeverMatches        Code = "CSH002" // a predicate that no documented value can meet
	TooComplex          Code = "CSH003" // nesting or size past the limit
	NeedsOrder          Code = "CSH004" // a window function over rows that have no order
	NotCollected        Code = "CSH008" // a table that no file of the evidence fed
	NotMapped           Code = "CSH005" // data from outside that no file stands for
	DependsOnRows       Code = "CSH006" // columns that only the rows can tell
	Approximate         Code = "CSH007" // a value that stands for one that evidence does not hold
	BadRule             Code = "CSH010" // a rule that Sentinel would not accept
	BadEntityMapping    Code = "CSH011" // an entity mapping that cannot be carried out
	BadTechnique        Code = "CSH012" // a technique or tactic that ATT&CK does not have
)

// A Diagnostic is one thing to say about a text.
type Diagnostic struct {
	Span     Span
	Severity Severity
	Code     Code
	Message  string // lower case, no final period, names the thing
	Hint     string // what to write instead; may be empty
}

// A List collects diagnostics. The zero List is empty and ready.
type List []Diagnostic

// Errorf adds an error without a hint.
func (l *List) Errorf(span Span, code Code, format string, args ...any) {
	l.Add(Diagnostic{Span: span, Code: code, Message: fmt.Sprintf(format, args...)})
}

// Add adds d, unless the same is there already.
func (l *List) Add(d Diagnostic) {
	if !slices.Contains(*l, d) {
		*l = append(*l, d)
	}
}

// HasErrors tells whether any diagnostic is an Error.
func (l List) HasErrors() bool {
	return slices.ContainsFunc(l, func(d Diagnostic) bool { return d.Severity == Error })
}

// Sort orders the diagnostics by place, then code, then message.
func (l List) Sort() {
	slices.SortStableFunc(l, func(a, b Diagnostic) int {
		return cmp.Or(cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Span.End, b.Span.End),
			cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message))
	})
}

// Position returns the line and column of a byte offset, both counted from 1;
// a column is a code point. Offsets past the end are the end.
func Position(text string, offset int) (line, column int) {
	offset = min(max(offset, 0), len(text))
	before := text[:offset]
	line = 1 + strings.Count(before, "\n")
	column = 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
	return line, column
}

// Format renders d as people read it: file:line:column: code: message, the
// line of text with the span underlined, and the hint.
func (d Diagnostic) Format(file, text string) string {
	line, column := Position(text, d.Span.Start)
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:%d: %s %s: %s\n", file, line, column, d.Severity, d.Code, d.Message)
	source, shift := excerpt(lineAt(text, d.Span.Start), column-1)
	fmt.Fprintf(&b, "    %s\n", strings.ReplaceAll(source, "\t", " "))
	column -= shift
	room := max(1, utf8.RuneCountInString(source)-column+1)
	width := 1
	if start, end := min(d.Span.Start, len(text)), min(d.Span.End, len(text)); end > start {
		width = utf8.RuneCountInString(text[start:end])
	}
	fmt.Fprintf(&b, "    %s%s\n", strings.Repeat(" ", column-1), strings.Repeat("~", min(width, room)))
	if d.Hint != "" {
		fmt.Fprintf(&b, "hint: %s\n", d.Hint)
	}
	return b.String()
}

// longLine is the longest line that a diagnostic shows whole.
const longLine = 240

// excerpt returns what a diagnostic shows of a line that may be very long: the
// part around the code point at, and how many code points less are before it.
func excerpt(line string, at int) (part string, shift int) {
	if len(line) <= longLine {
		return line, 0
	}
	runes := []rune(line)
	from, to := max(0, at-longLine/3), min(len(runes), at+longLine*2/3)
	if part = string(runes[min(from, len(runes)):to]); from > 0 {
		part, shift = "…"+part, from-1
	}
	if to < len(runes) {
		part += "…"
	}
	return part, shift
}

// Format renders every diagnostic of l, in its order.
func (l List) Format(file, text string) string {
	var b strings.Builder
	for _, d := range l {
		b.WriteString(d.Format(file, text))
	}
	return b.String()
}

func lineAt(text string, offset int) string {
	offset = min(max(offset, 0), len(text))
	start := strings.LastIndexByte(text[:offset], '\n') + 1
	line, _, _ := strings.Cut(text[start:], "\n")
	return strings.TrimSuffix(line, "\r")
}
