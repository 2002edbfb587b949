package respond

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/kql/diag"
)

// BadPlaybook is the code of what is wrong with a playbook.
const BadPlaybook diag.Code = "CSH020"

// A LoadError is a playbook that has no meaning, and why.
type LoadError struct {
	Path        string
	Text        string
	Diagnostics diag.List
}

func (e *LoadError) Error() string {
	return strings.TrimSuffix(e.Diagnostics.Format(e.Path, e.Text), "\n")
}

// Load reads every .yaml file in the root of fsys, by name. It returns the
// playbooks only if there is nothing wrong with any; the error holds a
// *LoadError for each that there is something wrong with.
func Load(fsys fs.FS) ([]Playbook, error) {
	paths, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list playbooks: %w", err)
	}
	slices.Sort(paths)
	var books []Playbook
	var problems []error
	for _, name := range paths {
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read playbook: %w", err)
		}
		book, list := parsePlaybook(string(text))
		if want := strings.TrimSuffix(path.Base(name), ".yaml"); !list.HasErrors() && book.ID != want {
			list.Errorf(diag.Span{}, BadPlaybook, "the id is %q; it must be the file's name, %q", book.ID, want)
		}
		if list.HasErrors() {
			problems = append(problems, &LoadError{name, string(text), list})
		}
		books = append(books, book)
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return books, nil
}

// A loader reads one playbook and collects what is wrong with it.
type loader struct {
	text string
	list diag.List
}

func parsePlaybook(text string) (Playbook, diag.List) {
	l := &loader{text: text}
	file, err := parser.ParseBytes([]byte(text), 0)
	if err != nil {
		l.syntaxError(err)
		return Playbook{}, l.list
	}
	if len(file.Docs) != 1 {
		l.list.Errorf(diag.Span{}, BadPlaybook, "a playbook is one document; this is %d", len(file.Docs))
		return Playbook{}, l.list
	}
	book := l.playbook(file.Docs[0].Body)
	l.list.Sort()
	return book, l.list
}

func (l *loader) syntaxError(err error) {
	var at *yaml.SyntaxError
	if errors.As(err, &at) {
		l.list.Errorf(l.span(at.Token.Position.Line, at.Token.Position.Column), BadPlaybook, "%s", at.Message)
		return
	}
	l.list.Errorf(diag.Span{}, BadPlaybook, "%v", err)
}

func (l *loader) playbook(n ast.Node) Playbook {
	f := l.fields(n, "id", "name", "description", "steps")
	book := Playbook{ID: l.required(n, f, "id"), Name: l.required(n, f, "name"), Description: l.required(n, f, "description")}
	seen := make(map[string]bool)
	for _, item := range l.sequence(f["steps"]) {
		s := l.step(item)
		if seen[s.id] {
			l.errorf(item, "two steps have the id %q", s.id)
		}
		seen[s.id] = true
		book.steps = append(book.steps, s)
	}
	if len(book.steps) == 0 {
		l.errorf(n, "a playbook needs steps")
	}
	return book
}

func (l *loader) step(n ast.Node) stepTemplate {
	f := l.fields(n, "id", "phase", "turn", "title", "why", "forEach", "items", "when", "before", "do", "undo", "noUndo", "verify", "permission", "missing")
	s := stepTemplate{
		id:         l.required(n, f, "id"),
		phase:      l.phase(n, f),
		forEach:    l.entityType(f["forEach"]),
		items:      l.texts(f["items"]),
		noUndo:     l.str(f["noUndo"]),
		permission: l.str(f["permission"]),
		missing:    l.texts(f["missing"]),
	}
	if i := slices.Index(turns, l.required(n, f, "turn")); i >= 0 {
		s.turn = turn(i)
	} else {
		l.errorf(f["turn"], "turn is one of %s", strings.Join(turns, ", "))
	}
	l.required(n, f, "title")
	l.required(n, f, "why")
	s.title = l.template(s, f["title"], asText)
	s.why = l.template(s, f["why"], asText)
	s.verify = l.template(s, f["verify"], asKQL)
	s.when = l.conditions(f["when"])
	s.before, s.do, s.undo = l.request(s, f["before"]), l.request(s, f["do"]), l.request(s, f["undo"])
	l.checkStep(n, f, s)
	return s
}

// checkStep holds a step to what a reader of a plan relies on.
func (l *loader) checkStep(n ast.Node, f map[string]ast.Node, s stepTemplate) {
	switch {
	case s.do == nil && (s.undo != nil || s.before != nil || s.noUndo != "" || s.permission != ""):
		l.errorf(n, "before, undo, noUndo and permission need a do")
	case s.do != nil && s.permission == "":
		l.errorf(f["do"], "a do needs the least permission that it takes")
	case s.do != nil && (s.undo == nil) == (s.noUndo == ""):
		l.errorf(f["do"], "a do has either an undo, or a noUndo that says why there is none")
	}
	if s.before != nil && s.before.method != "GET" {
		l.errorf(f["before"], "before reads; its method is GET")
	}
	if s.undo != nil && s.before == nil && strings.Contains(s.undo.literal(), "{before.") {
		l.errorf(f["undo"], "undo goes back to what before read, and there is no before")
	}
}

func (r *requestTemplate) literal() string {
	var b strings.Builder
	for _, p := range slices.Concat(r.url, r.body) {
		b.WriteString(p.text)
	}
	return b.String()
}

func (l *loader) phase(n ast.Node, f map[string]ast.Node) Phase {
	phase := Phase(l.required(n, f, "phase"))
	if !slices.Contains(Phases(), phase) {
		l.errorf(f["phase"], "no phase is called %q", string(phase))
	}
	return phase
}

func (l *loader) entityType(n ast.Node) incident.EntityType {
	t := incident.EntityType(l.str(n))
	known := []incident.EntityType{
		"", incident.Account, incident.IP, incident.Host, incident.CloudApplication, incident.AzureResource,
		incident.Mailbox, incident.URL, incident.File, incident.SecurityGroup, incident.Session,
	}
	if !slices.Contains(known, t) {
		l.errorf(n, "no entity type is called %q", string(t))
	}
	return t
}

func (l *loader) conditions(n ast.Node) []condition {
	if n == nil {
		return nil
	}
	if seq, ok := n.(*ast.SequenceNode); ok {
		var all []condition
		for _, item := range seq.Values {
			all = append(all, l.condition(item))
		}
		return all
	}
	return []condition{l.condition(n)}
}

func (l *loader) condition(n ast.Node) condition {
	f := l.fields(n, "techniques", "tactics", "rules", "details", "without", "standing", "part")
	var c condition
	for _, t := range l.texts(f["techniques"]) {
		c.techniques = append(c.techniques, incident.Technique(t))
	}
	for _, t := range l.texts(f["tactics"]) {
		c.tactics = append(c.tactics, incident.Tactic(t))
	}
	for _, s := range l.texts(f["standing"]) {
		if !slices.Contains(standings, Standing(s)) {
			l.errorf(f["standing"], "no standing is called %q", s)
		}
		c.standing = append(c.standing, Standing(s))
	}
	c.rules = l.texts(f["rules"])
	c.details, c.without = l.detailConditions(f["details"]), l.detailConditions(f["without"])
	c.given = f["part"] != nil
	if part := l.str(f["part"]); c.given && part != "given" {
		l.errorf(f["part"], "no part is called %q; there is given", part)
	}
	return c
}

func (l *loader) detailConditions(n ast.Node) []detailCondition {
	var all []detailCondition
	for _, item := range l.sequence(n) {
		d := l.fields(item, "names", "in", "contains")
		all = append(all, detailCondition{l.texts(d["names"]), l.texts(d["in"]), l.texts(d["contains"])})
		if d["names"] == nil {
			l.errorf(item, "a condition on details needs their names")
		}
	}
	return all
}

func (l *loader) request(s stepTemplate, n ast.Node) *requestTemplate {
	if n == nil {
		return nil
	}
	f := l.fields(n, "method", "url", "body")
	r := &requestTemplate{method: l.required(n, f, "method"), url: l.template(s, f["url"], asURL)}
	if !slices.Contains([]string{"GET", "POST", "PATCH", "PUT", "DELETE"}, r.method) {
		l.errorf(f["method"], "no method is called %q", r.method)
	}
	l.required(n, f, "url")
	if f["url"] != nil && !knownHost(l.str(f["url"])) {
		l.errorf(f["url"], "a request goes to https://graph.microsoft.com/, https://management.azure.com/ or ${secret}")
	}
	if f["body"] != nil {
		r.body = l.json(s, f["body"])
	}
	return r
}

func knownHost(url string) bool {
	return slices.ContainsFunc([]string{"https://graph.microsoft.com/", "https://management.azure.com/", "https://management.azure.com${", "${secret}"}, func(prefix string) bool {
		return strings.HasPrefix(url, prefix)
	})
}

func (l *loader) template(s stepTemplate, n ast.Node, as form) template {
	return l.templateOf(s, n, l.str(n), as)
}

func (l *loader) templateOf(s stepTemplate, n ast.Node, text string, as form) template {
	t, err := parseTemplate(strings.TrimSpace(text), as)
	if err != nil {
		l.errorf(n, "%v", err)
	}
	for _, p := range t {
		switch {
		case p.value == nil:
		case p.value.of != "" && p.value.of != s.forEach:
			l.errorf(n, "${%s} is a value of %s, and the step is not for each of them", p.value.name, p.value.of)
		case p.value.name == "item" && len(s.items) == 0:
			l.errorf(n, "${%s} needs items", p.value.name)
		}
	}
	return t
}

func (l *loader) errorf(n ast.Node, format string, args ...any) {
	var span diag.Span
	if n != nil {
		at := n.GetToken().Position
		span = l.span(at.Line, at.Column)
	}
	l.list.Errorf(span, BadPlaybook, format, args...)
}

// span is the rest of the line from a position that the parser counts in
// runes from 1.
func (l *loader) span(line, column int) diag.Span {
	start := 0
	for range line - 1 {
		next := strings.IndexByte(l.text[start:], '\n')
		if next < 0 {
			break
		}
		start += next + 1
	}
	rest, _, _ := strings.Cut(l.text[start:], "\n")
	skipped := min(len(string([]rune(rest)[:min(cmp.Or(column, 1)-1, len([]rune(rest)))])), len(rest))
	return diag.Span{Start: start + skipped, End: start + len(strings.TrimRight(rest, " \r"))}
}
