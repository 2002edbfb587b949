package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/investigation"
	"github.com/conshelf/conshelf/internal/vocabulary"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
)

// A queryFlags is the flags of query and of kql's commands.
type queryFlags struct {
	file       string
	format     string
	vocabulary string
	scope      scopeFlags
	limit      int64
	explain    bool
	batch      bool
	origins    bool
	budget     budget
	sources    sourceFlags
}

func (a *app) queryCommand() *cobra.Command {
	var f queryFlags
	cmd := &cobra.Command{
		Use:     "query ['KQL']",
		Aliases: []string{"q"},
		Short:   "Run a KQL query over the case",
		Long: "query runs a KQL query over the case. Without a query it reads one from standard input; on a terminal it asks for\n" +
			"queries, one after the other (.help there says how).\n\n" +
			"-o csv puts an apostrophe before what a spreadsheet would run as a formula; csv-raw has the values to the letter.\n\n" +
			"--batch reads JSON Lines {\"id\":…,\"query\":\"…\"} from standard input and writes a line for each, in order:\n" +
			"{\"id\":…,\"columns\":[{\"name\",\"type\"}],\"rows\":[[…]],\"error\":null or {\"code\",\"message\"}}. It needs no case.",
		Example: "  conshelf query 'SigninLogs | summarize count() by UserPrincipalName | top 10 by count_'\n" +
			"  conshelf query -f hunt.kql -o csv > hunt.csv\n" +
			"  conshelf query 'SigninLogs | summarize count() by bin(TimeGenerated, 1h) | render timechart' -o html > chart.html",
		RunE: func(cmd *cobra.Command, args []string) error { return a.queryAny(cmd.Context(), args, &f) },
	}
	f.register(cmd)
	flags := cmd.Flags()
	flags.StringVarP(&f.format, "output", "o", "table", strings.Join(queryFormats(), ", "))
	f.scope.add(cmd)
	flags.Int64Var(&f.limit, "limit", 0, "show at most this many rows, and say if there are more (0: all)")
	flags.BoolVar(&f.explain, "explain", false, "print the plan, the SQL and the timings instead of rows")
	flags.BoolVar(&f.origins, "origins", false, fmt.Sprintf("add the records that each row comes from, as file:record (the first %d), and how many", originLimit))
	flags.BoolVar(&f.batch, "batch", false, "read queries as JSON Lines from standard input")
	f.budget.register(flags)
	return cmd
}

func (f *queryFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&f.file, "file", "f", "", "read the query from a file (- for standard input)")
	f.sources.register(cmd)
	cmd.Flags().StringVar(&f.vocabulary, "vocabulary", "", "names that the query uses: "+strings.Join(vocabulary.Names(), ", ")+", or none for Log Analytics' own")
}

// queryAny runs the query that the arguments name, a batch, or a dialogue.
func (a *app) queryAny(ctx context.Context, args []string, f *queryFlags) error {
	if err := wantVocabulary(f.vocabulary); err != nil {
		return err
	}
	if f.batch {
		if f.file != "" || len(args) > 0 {
			return usagef("--batch reads its queries from standard input; give no query and no -f")
		}
		if f.origins {
			return usagef("--origins goes with one query, and not with --batch")
		}
		return a.queryBatch(ctx, f)
	}
	if f.file == "" && len(args) == 0 {
		if a.dialogue() {
			return a.repl(ctx, f)
		}
		f.file = "-"
	}
	name, text, err := a.queryText(ctx, args, f.file)
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		return usagef("the query is empty: give one in quotes, with -f FILE, or on standard input")
	}
	return a.query(ctx, name, text, f)
}

// queryText returns the query that the arguments name, and what to call it.
func (a *app) queryText(ctx context.Context, args []string, file string) (name, text string, err error) {
	switch {
	case file != "" && len(args) > 0:
		return "", "", usagef("a query on the command line and -f %s: give one", file)
	case file == "-":
		data, err := readAll(ctx, a.in)
		if err != nil {
			return "", "", fmt.Errorf("read query: %w", err)
		}
		return "stdin", string(data), nil
	case file != "":
		data, err := os.ReadFile(file)
		if err != nil {
			return "", "", fmt.Errorf("read query: %w", err)
		}
		return file, string(data), nil
	case len(args) == 1:
		return "query", args[0], noFileName(args[0])
	}
	return "", "", usagef("want one query in quotes, or -f FILE")
}

// noFileName refuses the name of a file of queries where a query is wanted: as
// one it would be wrong in words that do not say why.
func noFileName(text string) error {
	if !strings.HasSuffix(text, ".kql") || strings.ContainsAny(text, "|\n") {
		return nil
	}
	if isFile(text) {
		return usagef("%s is a file: name it with -f %s", text, text)
	}
	return usagef("%s: there is no such file: check the path", text)
}

// readAll reads in to its end, or until ctx ends: a read from a terminal that
// nobody types on never returns.
func readAll(ctx context.Context, in io.Reader) ([]byte, error) {
	type read struct {
		data []byte
		err  error
	}
	done := make(chan read, 1)
	go func() {
		data, err := io.ReadAll(in)
		done <- read{data, err}
	}()
	select {
	case r := <-done:
		return r.data, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (a *app) query(ctx context.Context, name, text string, f *queryFlags) (err error) {
	out, err := a.output(f)
	if err != nil {
		return err
	}
	s, missing, err := a.sessionFor(ctx, f)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, s.close()) }()
	if f.origins {
		if out.trace, err = a.tracer(ctx, s); err != nil {
			return err
		}
	}
	q, list, err := s.compile(ctx, text)
	if err != nil {
		return err
	}
	if missing != nil && readsTables(q) {
		return missing
	}
	if f.explain {
		return a.explainQuery(ctx, s, name, text)
	}
	a.diagnose(name, text, list)
	if q == nil {
		a.otherVocabulary(ctx, s, text)
		return silent{exitError}
	}
	return explain(name, text, a.printResults(ctx, s, q, out))
}

// otherVocabulary says with which names a query would run that does not with
// Log Analytics' own.
func (a *app) otherVocabulary(ctx context.Context, s *session, text string) {
	if s.options.Vocabulary != "" {
		return
	}
	for _, name := range vocabulary.Names() {
		o := s.options
		o.Vocabulary = name
		if q, _, err := s.c.Compile(ctx, text, o); err == nil && q != nil {
			a.note("with --vocabulary %s it runs as it is written", name)
			return
		}
	}
}

// wantVocabulary refuses a vocabulary that there is not.
func wantVocabulary(name string) error {
	if name == "" || slices.Contains(vocabulary.Names(), name) {
		return nil
	}
	return usagef("--vocabulary %s: want one of %s", name, strings.Join(vocabulary.Names(), ", "))
}

// readsTables tells whether a query, if there is one, needs evidence.
func readsTables(q *plan.Query) bool {
	return q != nil && slices.ContainsFunc(results(q), func(r *plan.Query) bool { return len(plan.Scans(r)) > 0 })
}

// sessionFor opens the case, or an empty one if there is none; missing is then
// the error of whatever reads a table.
func (a *app) sessionFor(ctx context.Context, f *queryFlags) (s *session, missing, err error) {
	s, err = a.session(ctx, f)
	if !errors.Is(err, investigation.ErrNoCase) {
		return s, nil, err
	}
	missing = err
	s, err = a.sessionOrEmpty(ctx, f)
	return s, missing, err
}

func (a *app) zone() (*time.Location, error) {
	if a.timeZone == "" {
		return nil, nil
	}
	zone, err := time.LoadLocation(a.timeZone)
	if err != nil {
		return nil, usagef("--tz %s: no such time zone; write it as in Europe/Berlin", a.timeZone)
	}
	return zone, nil
}

// diagnose prints diagnostics on standard error: errors always, the rest
// unless quiet.
func (a *app) diagnose(name, text string, list diag.List) {
	for _, d := range list {
		if d.Severity == diag.Error || !a.quiet {
			printText(a.err, d.Format(name, text))
		}
	}
}
