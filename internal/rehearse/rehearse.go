// Package rehearse runs a rule over the events that stand beside it, and says
// which alerts it gives: the same text for the program's own rules and for
// those of its users.
//
//	Table.jsonl ──load──▶ engine ──detect──▶ alerts ──▶ a line each
package rehearse

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/detect"
	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/rule"
	"github.com/conshelf/conshelf/kql/types"
)

// Load appends the archive's tables to the engine: each file Table.jsonl has a
// row of that table on each line. The files are numbered from 1, by name, and
// returned so. A plus sign before the name of a column says that the published
// table lacks it, as exports have some; without it, such a name is an error.
func Load(ctx context.Context, e engine.Loader, in map[string]string) (files []string, err error) {
	for _, name := range slices.Sorted(maps.Keys(in)) {
		table, ok := strings.CutSuffix(name, ".jsonl")
		if !ok {
			continue
		}
		files = append(files, name)
		if err := loadTable(ctx, e, table, int64(len(files)), in[name]); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// Tables returns the tables that were loaded, with their columns.
func Tables(ctx context.Context, e engine.Cataloger) ([]types.Table, error) {
	infos, err := e.Tables(ctx)
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	tables := make([]types.Table, len(infos))
	for i, info := range infos {
		tables[i] = info.Table
	}
	return tables, nil
}

// ErrGap is the error of a rule that could not look at everything.
var ErrGap = errors.New("the rule could not look at everything")

// Alerts runs rules over what the engine holds, and returns a line for each
// alert: its severity, its time, its entities and the records it is of. It is an
// error if a rule leaves a gap, or if running it at once gives other alerts
// than step by step.
func Alerts(ctx context.Context, e detect.Evidence, rules []*rule.Compiled, files []string) (string, error) {
	result, err := detect.Run(ctx, e, rules, detect.Options{Concurrency: 1})
	if err != nil {
		return "", err
	}
	for _, g := range result.Gaps {
		return "", fmt.Errorf("%w: %s", ErrGap, g.Reason)
	}
	stepwise, err := detect.Run(ctx, e, rules, detect.Options{Concurrency: 1, Stepwise: true})
	if err != nil {
		return "", err
	}
	got := lines(result.Alerts, files)
	if each := lines(stepwise.Alerts, files); each != got {
		return "", fmt.Errorf("step by step the alerts are others:\n%s\nthan\n%s", each, got)
	}
	return got, nil
}

func lines(alerts []incident.Alert, files []string) string {
	var b strings.Builder
	for _, a := range alerts {
		b.WriteString(line(a, files) + "\n")
	}
	return b.String()
}

func line(a incident.Alert, files []string) string {
	var b strings.Builder
	const layout = "02T15:04:05"
	fmt.Fprintf(&b, "%s %s..%s", a.Severity, a.First.Format(layout), a.Last.Format(layout))
	for _, e := range a.Entities {
		fmt.Fprintf(&b, " %s", e.Type)
		for _, id := range e.Identifiers {
			fmt.Fprintf(&b, ",%s=%s", id.Name, id.Value)
		}
	}
	for i, o := range a.Origins {
		if i == 0 || a.Origins[i-1].File != o.File {
			fmt.Fprintf(&b, " %s:", files[o.File-1])
		} else {
			b.WriteString(",")
		}
		fmt.Fprint(&b, o.Record)
	}
	return b.String()
}
