package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// results returns all results of a query in order, each over the same rows.
func results(q *plan.Query) []*plan.Query {
	first := *q
	first.Others = nil
	list := []*plan.Query{&first}
	for _, other := range q.Others {
		one := *other
		one.Scope, one.Text = q.Scope, q.Text
		list = append(list, &one)
	}
	return list
}

// An output is where the results of queries go, and how.
type output struct {
	w        io.Writer
	format   string
	width    int // of the terminal; 0: not one
	zone     *time.Location
	limit    int64
	drawing  drawing
	trace    *tracer // nil: records are not asked for
	note     func(format string, args ...any)
	progress func() *progress
}

// printResults runs every result of a query and prints it, in order.
func (a *app) printResults(ctx context.Context, s *session, q *plan.Query, out *output) error {
	if out.format == "html" {
		return printPage(ctx, s, q, out)
	}
	q = out.trace.query(q)
	for i, r := range results(q) {
		if i > 0 {
			if _, err := io.WriteString(out.w, "\n"); err != nil {
				return err
			}
		}
		rows, err := out.rows(r)
		if err != nil {
			return err
		}
		if err := out.print(ctx, s, r, rows); err != nil {
			return err
		}
	}
	return nil
}

// printPage prints every result on one page.
func printPage(ctx context.Context, s *session, q *plan.Query, out *output) error {
	page, err := newHTMLPage(out.w, pageTitle(q))
	if err != nil {
		return err
	}
	if err := page.query(q.Text); err != nil {
		return err
	}
	for _, r := range results(out.trace.query(q)) {
		table, err := page.table(out.columns(r))
		if err != nil {
			return err
		}
		if err := out.print(ctx, s, r, out.pictured(page, r, out.zoned(table, r))); err != nil {
			return firstError(page.endResult(), page.end(), err)
		}
		if err := page.endResult(); err != nil {
			return err
		}
	}
	return page.end()
}

func pageTitle(q *plan.Query) string {
	if q.Render != nil && q.Render.Props["title"] != "" {
		return q.Render.Props["title"]
	}
	return "conshelf query"
}

func (o *output) rows(q *plan.Query) (rowWriter, error) {
	if o.format == "chart" || o.format == "table" && o.width > 0 && q.Render != nil && o.trace == nil {
		return o.drawn(q), nil
	}
	inner, err := newRowWriter(o.format, o.w, o.columns(q), o.width)
	if err != nil {
		return nil, err
	}
	return o.zoned(inner, q), nil
}

func (o *output) columns(q *plan.Query) []types.Column {
	if o.zone == nil {
		return q.Root.Columns()
	}
	return zonedColumns(q.Root.Columns(), o.zone)
}

func (o *output) zoned(inner rowWriter, q *plan.Query) rowWriter {
	if o.zone == nil {
		return inner
	}
	return &zoned{rowWriter: inner, cols: q.Root.Columns(), zone: o.zone}
}

// errEnough ends a query of which --limit rows were shown.
var errEnough = errors.New("enough rows")

// print runs one result into rows, and ends them as it ended.
func (o *output) print(ctx context.Context, s *session, q *plan.Query, rows rowWriter) error {
	wait := startWaiting(o.progress())
	var n int64
	err := s.run(ctx, q, func(row []types.Value) error {
		if n == 0 {
			wait.stop()
		}
		if n++; o.limit > 0 && n > o.limit {
			return errEnough
		}
		row, err := o.trace.row(row)
		if err != nil {
			return err
		}
		return rows.row(row)
	})
	wait.stop()
	switch {
	case errors.Is(err, errEnough):
		o.note("the first %d rows, as --limit says; there are more", o.limit)
		return o.end(rows)
	case err != nil:
		return firstError(err, rows.abort())
	}
	return o.end(rows)
}

// end closes rows, and says what is not as the values are.
func (o *output) end(rows rowWriter) error {
	if err := rows.close(); err != nil {
		return err
	}
	if z, ok := rows.(*zoned); ok {
		rows = z.rowWriter
	}
	if r, ok := rows.(remarker); ok && r.remark() != "" {
		o.note("%s", r.remark())
	}
	return nil
}

// A waiting shows, while a query gives no rows yet, for how long.
type waiting struct {
	once sync.Once
	done chan struct{}
	bar  *progress
	wg   sync.WaitGroup
}

func startWaiting(bar *progress) *waiting {
	w := &waiting{done: make(chan struct{}), bar: bar}
	w.wg.Go(func() {
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-w.done:
				return
			case <-tick.C:
				bar.wait()
			}
		}
	})
	return w
}

// stop removes what was shown. It may be called again.
func (w *waiting) stop() {
	w.once.Do(func() {
		close(w.done)
		w.wg.Wait()
		w.bar.clear()
	})
}

// wait reports that the work goes on.
func (p *progress) wait() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if elapsed := time.Since(p.start); p.w != nil && elapsed >= patience {
		p.shown = true
		_, _ = fmt.Fprintf(p.w, "\r\x1b[K%s, %s", p.verb, elapsed.Round(time.Second))
	}
}
