package rule

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/conshelf/conshelf/internal/doctree"
	"github.com/conshelf/conshelf/kql/diag"
)

var (
	guidPattern    = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	detailPattern  = regexp.MustCompile(`^[a-zA-Z]\w*$`)
	versionPattern = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+$`)
)

// warn says that Sentinel would not accept what runs here.
func (r *reader) warn(at diag.Span, format string, args ...any) {
	r.list.Add(diag.Diagnostic{Span: at, Severity: diag.Warning, Code: diag.BadRule, Message: fmt.Sprintf(format, args...)})
}

func (r *reader) length(n *doctree.Node, what, text string, least, most int) {
	if size := utf8.RuneCountInString(text); size < least || size > most {
		r.warn(n.At, "%s has %d characters; Sentinel allows %d to %d", what, size, least, most)
	}
}

func (r *reader) notOneOf(n *doctree.Node, what, got string, allowed ...string) {
	hint := didYouMean(got, allowed)
	if hint == "" {
		hint = "write one of " + strings.Join(allowed, ", ")
	}
	r.list.Add(diag.Diagnostic{Span: n.At, Code: diag.BadRule, Message: fmt.Sprintf("%s cannot be %q", what, got), Hint: hint})
}

func (r *reader) strayKey(e doctree.Entry, of string, allowed ...string) {
	r.list.Add(diag.Diagnostic{
		Span: e.At, Code: diag.BadRule,
		Message: of + " has no key " + e.Key, Hint: didYouMean(e.Key, allowed),
	})
}

// schedule checks what only two keys together can break.
func (r *reader) schedule(rule *Rule) {
	if rule.Frequency == 0 || rule.Period == 0 {
		return
	}
	if rule.Period < rule.Frequency {
		r.list.Errorf(r.scheduleAt, diag.BadRule, "queryPeriod is shorter than queryFrequency: records between two runs would not be seen")
	}
	if rule.Period >= 2*day && rule.Frequency < time.Hour {
		r.warn(r.scheduleAt, "a queryPeriod of 2d or more needs a queryFrequency of 1h or more")
	}
}
