package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
)

const (
	prompt     = "kql> "
	promptMore = "  -> "
)

// dialogue tells whether a person types at a terminal and reads at one.
func (a *app) dialogue() bool {
	in, ok := a.in.(*os.File)
	return ok && term.IsTerminal(int(in.Fd())) && terminalWidth(a.out) > 0
}

// A repl asks for queries, one after the other, and prints their answers.
type repl struct {
	a       *app
	s       *session
	t       *term.Terminal
	keys    *keyboard
	out     *output
	timer   bool
	schemas *schemas
	pending []string // the lines of a query that is not complete
	last    string   // the query that ran last
}

// repl runs a dialogue over the case, or over an empty one.
func (a *app) repl(ctx context.Context, f *queryFlags) (err error) {
	out, err := a.output(f)
	if err != nil {
		return err
	}
	s, err := a.sessionOrEmpty(ctx, f)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, s.close()) }()
	if f.origins {
		if out.trace, err = a.tracer(ctx, s); err != nil {
			return err
		}
	}
	in := a.in.(*os.File) // as dialogue has seen
	before, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return fmt.Errorf("read from the terminal: %w", err)
	}
	defer func() { err = firstError(err, term.Restore(int(in.Fd()), before)) }()
	r, err := a.newREPL(ctx, s, in, out)
	if err != nil {
		return err
	}
	t := r.t
	t.SetBracketedPasteMode(true)
	defer t.SetBracketedPasteMode(false)
	r.greet()
	return r.loop(ctx)
}

func (a *app) newREPL(ctx context.Context, s *session, in *os.File, out *output) (*repl, error) {
	keys := newKeyboard(in)
	t := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{keys, a.out}, prompt)
	r := &repl{a: a, s: s, t: t, keys: keys, out: out}
	out.w = t
	out.note = func(format string, args ...any) { printLine(t, fmt.Sprintf(format, args...)) }
	out.progress = func() *progress { return newProgress(t, true, "running", 0) }
	if width, height, err := term.GetSize(int(in.Fd())); err == nil && width > 0 && height > 0 {
		if err := t.SetSize(width, height); err != nil {
			return nil, fmt.Errorf("set up the terminal: %w", err)
		}
	}
	if history, err := openHistory(a.caseDir, s.temp == ""); err == nil {
		t.History = history
	} else {
		printLine(t, "no history is kept: "+err.Error())
	}
	tables, err := s.c.Tables(ctx)
	if err != nil {
		return nil, err
	}
	r.schemas = newSchemas(tables)
	t.AutoCompleteCallback = r.complete
	return r, nil
}

func (r *repl) greet() {
	if r.s.temp != "" {
		r.say("no case in " + r.a.caseDir + ": queries run over no evidence")
	}
	r.say("KQL over the case; end a query with ; or an empty line; .help for more, Ctrl-D to leave")
}

func (r *repl) say(s string) { printText(r.t, s+"\n") }

// loop reads lines until there are no more. Ctrl-C drops the line and what
// was typed of the query, or stops the query that runs.
func (r *repl) loop(ctx context.Context) error {
	stop := context.AfterFunc(ctx, r.keys.close)
	defer stop()
	for {
		line, err := r.t.ReadLine()
		pasted := errors.Is(err, term.ErrPasteIndicator)
		switch {
		case pasted:
		case errors.Is(err, io.EOF):
			r.say("")
			return ctx.Err()
		case err != nil:
			return fmt.Errorf("read from the terminal: %w", err)
		}
		if r.keys.dropped() {
			r.reset()
			continue
		}
		if pasted && !r.pastedCommand(line) {
			r.paste(line)
			continue
		}
		r.line(ctx, line)
	}
}

func (r *repl) pastedCommand(line string) bool {
	return len(r.pending) == 0 && strings.HasPrefix(strings.TrimSpace(line), ".")
}

// paste takes a line that was pasted. What is pasted has lines of its own, none
// of which is its end: that comes from the keyboard.
func (r *repl) paste(line string) {
	if len(r.pending) > 0 || strings.TrimSpace(line) != "" {
		r.pending = append(r.pending, line)
		r.t.SetPrompt(promptMore)
	}
}

func (r *repl) reset() {
	r.pending = nil
	r.t.SetPrompt(prompt)
}

// line takes one line: a command, or a part of a query.
func (r *repl) line(ctx context.Context, line string) {
	if len(r.pending) == 0 {
		switch trimmed := strings.TrimSpace(line); {
		case trimmed == "":
			return
		case strings.HasPrefix(trimmed, "."):
			r.command(ctx, trimmed)
			return
		case strings.HasPrefix(trimmed, "|") && r.last != "":
			r.pending = []string{r.last}
		}
	}
	ended := strings.TrimSpace(line) == "" || strings.HasSuffix(strings.TrimSpace(line), ";")
	r.pending = append(r.pending, line)
	text := strings.Join(r.pending, "\n")
	if !ended && (len(r.pending) > 1 || !complete(text)) || ended && onlyLets(text) {
		r.t.SetPrompt(promptMore)
		return
	}
	r.reset()
	r.query(ctx, text)
}

// complete tells whether a single line is a whole query: one that has no
// error, and cannot well go on.
func complete(text string) bool {
	trimmed := strings.TrimSpace(text)
	if strings.HasSuffix(trimmed, "|") || strings.HasSuffix(trimmed, ",") {
		return false
	}
	_, list := syntax.ParseQuery(text)
	return !list.HasErrors() && !onlyLets(text)
}

// onlyLets tells whether a text is a query without its result yet; an empty
// line after such a text still ends it.
func onlyLets(text string) bool {
	tree, list := syntax.ParseQuery(text)
	if list.HasErrors() || len(tree.Statements) == 0 || strings.HasSuffix(text, "\n") {
		return false
	}
	for _, s := range tree.Statements {
		if _, ok := s.(*syntax.ExprStatement); ok {
			return false
		}
	}
	return true
}

// query runs a query until it is done or Ctrl-C is pressed. Whatever goes
// wrong is said, and the dialogue goes on.
func (r *repl) query(ctx context.Context, text string) {
	text = strings.TrimSpace(text)
	r.last = strings.TrimSpace(strings.TrimSuffix(text, ";"))
	start := time.Now()
	err := r.cancellable(ctx, func(ctx context.Context) error {
		q, err := r.compile(ctx, text)
		if q == nil || err != nil {
			return err
		}
		return explain("query", text, r.a.printResults(ctx, r.s, q, r.out))
	})
	r.report(ctx, err)
	if r.timer {
		r.say("(" + time.Since(start).Round(time.Millisecond).String() + ")")
	}
}

func (r *repl) compile(ctx context.Context, text string) (*plan.Query, error) {
	q, list, err := r.s.compile(ctx, text)
	for _, d := range list {
		if d.Severity == diag.Error || !r.a.quiet {
			printText(r.t, d.Format("query", text))
		}
	}
	return q, err
}

// cancellable runs f with a context that Ctrl-C ends.
func (r *repl) cancellable(ctx context.Context, f func(ctx context.Context) error) error {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	r.keys.onInterrupt(cancel)
	defer r.keys.onInterrupt(nil)
	return f(inner)
}

func (r *repl) report(ctx context.Context, err error) {
	var quiet silent
	switch {
	case err == nil, ctx.Err() != nil, errors.As(err, &quiet):
	case errors.Is(err, context.Canceled):
		r.say("stopped")
	default:
		r.say(err.Error())
	}
}
