package cli

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/coverage"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/ingest"
	"github.com/conshelf/conshelf/internal/investigation"
	"github.com/conshelf/conshelf/internal/posture"
	"github.com/conshelf/conshelf/internal/tenant"
	"github.com/conshelf/conshelf/kql/types"
)

// A postureCase is a case that posture reads.
type postureCase struct {
	*investigation.Case
	e     *posture.Export
	files map[int64]string // names of files, by number
	gaps  []incident.Gap   // what files lack
}

// readPostureCase takes in the documents of a case, the rows that checks look at,
// and the incidents of the last investigation.
func (a *app) readPostureCase(ctx context.Context, e *posture.Export) (err error) {
	c, err := a.openExisting(ctx, a.caseDir)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, c.Close()) }()
	files, err := c.Files(ctx)
	if err != nil {
		return err
	}
	p := &postureCase{Case: c, e: e, files: make(map[int64]string), gaps: coverage.OfFiles(files)}
	for _, f := range files {
		p.files[f.Number] = f.Name()
	}
	if _, e.End, err = c.Span(ctx); err != nil {
		return err
	}
	if err := a.postureIncidents(ctx, p); err != nil {
		return err
	}
	if err := p.documents(ctx); err != nil {
		return err
	}
	return p.tables(ctx)
}

func (p *postureCase) place(o evidence.Origin) string {
	return fmt.Sprintf("%s, record %d", p.files[o.File], o.Record)
}

// documents takes in the configuration. A file of it that lacks records makes it
// incomplete, as does a file of JSON of which nothing was understood.
func (p *postureCase) documents(ctx context.Context) error {
	for _, g := range p.gaps {
		unread := len(g.Tables) == 0 && strings.EqualFold(path.Ext(g.Subject), ".json")
		if unread || slices.Contains(g.Tables, ingest.ConfigurationTable) {
			p.e.Incomplete = append(p.e.Incomplete, g.Subject+": "+strings.TrimSuffix(g.Reason, "."))
		}
	}
	return p.Documents(ctx, func(origin evidence.Origin, kind string, document []byte) error {
		p.e.Document(p.place(origin), kind, document)
		return nil
	})
}

func (p *postureCase) tables(ctx context.Context) error {
	infos, err := p.Tables(ctx)
	if err != nil {
		return err
	}
	for _, q := range posture.Queries() {
		found, err := p.Select(ctx, q.Table, q.Text, func(origin evidence.Origin, row []byte) error {
			p.e.Row(q.Table, p.place(origin), row)
			return nil
		})
		if err != nil {
			return err
		}
		for _, info := range infos {
			if found && info.Name == q.Table {
				p.e.Table(q.Table, types.TimeOf(info.First), types.TimeOf(info.Last), p.lost(q.Table)...)
			}
		}
	}
	return nil
}

// lost says why a table may lack rows.
func (p *postureCase) lost(table string) []string {
	var out []string
	for _, g := range p.gaps {
		if slices.Contains(g.Tables, table) {
			out = append(out, g.Subject+": "+strings.TrimSuffix(g.Reason, "."))
		}
	}
	return out
}

// postureIncidents takes in the incidents that the last investigation found.
func (a *app) postureIncidents(ctx context.Context, p *postureCase) error {
	doc, stale, err := p.Report(ctx)
	if errors.Is(err, investigation.ErrNoReport) {
		a.note("nothing was investigated yet: what depends on incidents was not looked at")
		return nil
	}
	if err != nil {
		return err
	}
	if stale != "" {
		a.note("%s", stale)
	}
	p.e.Investigated = true
	for i := range doc.Incidents {
		p.e.Incidents = append(p.e.Incidents, doc.Incidents[i].Incident)
	}
	return nil
}

// namedProblems says the problems of a file by its name.
func namedProblems(name string, err error) error {
	var wrong *tenant.ProblemsError
	if errors.As(err, &wrong) {
		return errors.New(strings.Join(wrong.Lines(name), "\n"))
	}
	return err
}
