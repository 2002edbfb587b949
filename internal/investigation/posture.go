package investigation

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
	"github.com/conshelf/conshelf/internal/posture"
	"github.com/conshelf/conshelf/kql/types"
)

// Posture takes into e what the case holds of it: the documents of
// configuration, the rows that checks look at, and the incidents of the last
// investigation. Told says what there is to know of that; empty: nothing.
func (c *Case) Posture(ctx context.Context, e *posture.Export) (told string, err error) {
	files, err := c.Files(ctx)
	if err != nil {
		return "", err
	}
	r := newPostureReader(c, e, files)
	if _, e.End, err = c.Span(ctx); err != nil {
		return "", err
	}
	if told, err = r.incidents(ctx); err != nil {
		return "", err
	}
	if err := r.tenants(ctx); err != nil {
		return "", err
	}
	if err := r.documents(ctx, ""); err != nil {
		return "", err
	}
	return told, r.tables(ctx)
}

// tenants notes where a case is of several: documents do not say whose they are,
// and what is met of one may be missing of another.
func (r *postureReader) tenants(ctx context.Context) error {
	tenants, err := r.c.engine.Tenants(ctx)
	if err != nil {
		return fmt.Errorf("list tenants: %w", err)
	}
	tenants = slices.DeleteFunc(tenants, func(t string) bool { return t == "" })
	if len(tenants) > 1 {
		r.e.Incomplete = append(r.e.Incomplete, fmt.Sprintf("the case is of %d tenants, and documents do not say whose they are", len(tenants)))
	}
	return nil
}

// A postureReader takes a case into an export.
type postureReader struct {
	c     *Case
	e     *posture.Export
	names map[int64]string // of files, by number
	gaps  []incident.Gap   // what files lack
}

func newPostureReader(c *Case, e *posture.Export, files []evidence.File) *postureReader {
	r := &postureReader{c: c, e: e, names: make(map[int64]string), gaps: coverage.OfFiles(files)}
	for _, f := range files {
		r.names[f.Number] = f.Name()
	}
	return r
}

func (r *postureReader) place(o evidence.Origin) string {
	return fmt.Sprintf("%s, record %d", r.names[o.File], o.Record)
}

// incidents takes in what the last investigation found.
func (r *postureReader) incidents(ctx context.Context) (told string, err error) {
	doc, stale, err := r.c.Report(ctx)
	if errors.Is(err, ErrNoReport) {
		return "nothing was investigated yet: what depends on incidents was not looked at", nil
	}
	if err != nil {
		return "", err
	}
	r.e.Investigated = true
	for i := range doc.Incidents {
		r.e.Incidents = append(r.e.Incidents, doc.Incidents[i].Incident)
	}
	return stale, nil
}

// documents takes in configuration, and why it may not be all.
func (r *postureReader) documents(ctx context.Context, condition string) error {
	r.e.Incomplete = append(r.e.Incomplete, lacking(r.gaps)...)
	return r.c.documents(ctx, condition, func(origin evidence.Origin, kind string, document []byte) error {
		r.e.Document(r.place(origin), kind, document)
		return nil
	})
}

// lacking says by the gaps of files why there may be configuration that is not in
// the case: a file of it lacks records, or of a file of JSON nothing was
// understood.
func lacking(gaps []incident.Gap) []string {
	var out []string
	for _, g := range gaps {
		unread := len(g.Tables) == 0 && strings.EqualFold(path.Ext(g.Subject), ".json")
		if unread || slices.Contains(g.Tables, ingest.ConfigurationTable) {
			out = append(out, reasonOf(g))
		}
	}
	return out
}

func reasonOf(g incident.Gap) string { return g.Subject + ": " + strings.TrimSuffix(g.Reason, ".") }

// tables takes in the rows that checks look at.
func (r *postureReader) tables(ctx context.Context) error {
	infos, err := r.c.Tables(ctx)
	if err != nil {
		return err
	}
	for _, q := range posture.Queries() {
		for _, info := range infos {
			if info.Name != q.Table {
				continue
			}
			if err := r.rows(ctx, q); err != nil {
				return fmt.Errorf("read %s: %w", q.Table, err)
			}
			r.e.Table(q.Table, types.TimeOf(info.First), types.TimeOf(info.Last), r.lost(q.Table)...)
		}
	}
	return nil
}

func (r *postureReader) rows(ctx context.Context, q posture.Query) error {
	return r.c.rows(ctx, q.Text, true, func(row []types.Value) error {
		origin, err := firstOrigin(row)
		if err != nil {
			return err
		}
		r.e.Row(q.Table, r.place(origin), []byte(row[0].Text))
		return nil
	})
}

// lost says why a table may lack rows.
func (r *postureReader) lost(table string) []string {
	var out []string
	for _, g := range r.gaps {
		if slices.Contains(g.Tables, table) {
			out = append(out, reasonOf(g))
		}
	}
	return out
}

// ofAzure are the documents that say of Azure's resources how they are.
const ofAzure = `Kind startswith "microsoft.security/" or Kind in~ ("microsoft.network/networksecuritygroups", "microsoft.compute/virtualmachines", "microsoft.network/networkinterfaces", "microsoft.keyvault/vaults", ` +
	`"microsoft.storage/storageaccounts", "microsoft.storage/storageaccounts/blobservices", "microsoft.insights/diagnosticsettings")`

// exposed returns the incidents with their entities that sit on what Defender
// for Cloud says is not as it should be, and why there may be more.
func (c *Case) exposed(ctx context.Context, incidents []incident.Incident, files []evidence.File) ([]incident.Incident, []incident.Gap, error) {
	e := posture.Export{Investigated: true, Incidents: incidents}
	if err := newPostureReader(c, &e, files).documents(ctx, ofAzure); err != nil {
		return nil, nil, fmt.Errorf("look at what the incidents touched: %w", err)
	}
	incidents = slices.Clone(incidents)
	for i, exposures := range e.Exposures(e.Findings()) {
		incidents[i].Exposures = exposures
	}
	return incidents, unexposed(&e), nil
}

// unexposed returns what of the configuration could not be read, where there are
// incidents whose entities it may be of.
func unexposed(e *posture.Export) []incident.Gap {
	if len(e.Incidents) == 0 {
		return nil
	}
	var gaps []incident.Gap
	for _, skipped := range e.Skipped {
		gaps = append(gaps, incident.Gap{
			Kind: incident.GapEvidence, Subject: ingest.ConfigurationTable, Reason: skipped + ".",
			Consequence: "An entity of an incident may be on a resource that is not as it should be, and the report does not show it.",
		})
	}
	return gaps
}
