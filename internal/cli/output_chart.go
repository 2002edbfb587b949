package cli

import (
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/conshelf/conshelf/internal/chart"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// chartRows is how many rows are drawn; of more, a table is printed, and why.
const chartRows = 100_000

// A drawing is how charts look on the output.
type drawing struct {
	width, height int
	ascii, colour bool
}

// queryFormats are the formats of a query: chart draws even where the output
// is no terminal.
func queryFormats() []string { return append(formats(), "chart") }

func (a *app) output(f *queryFlags) (*output, error) {
	zone, err := a.zone()
	if err != nil {
		return nil, err
	}
	if !slices.Contains(queryFormats(), f.format) {
		return nil, usagef("-o %s: want one of %s", f.format, strings.Join(queryFormats(), ", "))
	}
	if f.origins && (f.format == "chart" || f.explain) {
		return nil, usagef("--origins adds columns to rows; -o chart and --explain have none")
	}
	if f.limit < 0 || f.budget.maxRows < 0 || f.budget.timeout < 0 {
		return nil, usagef("--limit, --max-rows and --timeout are not negative")
	}
	width := terminalWidth(a.out)
	return &output{
		w: a.out, format: f.format, width: width, zone: zone, limit: f.limit, note: a.note,
		drawing:  drawing{width: chartWidth(width), ascii: asciiOnly(), colour: colour(a.out)},
		progress: func() *progress { return newProgress(a.err, terminalWidth(a.err) > 0 && !a.quiet, "running", 0) },
	}, nil
}

func chartWidth(terminal int) int {
	if terminal > 0 {
		return terminal
	}
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return min(n, 400)
	}
	return 80
}

// asciiOnly tells whether the terminal has no more than ASCII, as far as the
// environment says.
func asciiOnly() bool {
	if os.Getenv("TERM") == "dumb" {
		return true
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToUpper(os.Getenv(name)); v != "" {
			return !strings.Contains(v, "UTF-8") && !strings.Contains(v, "UTF8")
		}
	}
	return false
}

// A chartWriter holds the rows of a result until all are there, and then draws
// them. What cannot be drawn is printed as a table, with a note that says why.
type chartWriter struct {
	o     *output
	q     *plan.Query
	rows  [][]types.Value
	table rowWriter // nil while the rows may be drawn
}

func (o *output) drawn(q *plan.Query) *chartWriter { return &chartWriter{o: o, q: q} }

func (c *chartWriter) row(values []types.Value) error {
	if c.table == nil && len(c.rows) == chartRows {
		if err := c.fall("more than " + strconv.Itoa(chartRows) + " rows: summarize them first"); err != nil {
			return err
		}
	}
	if c.table != nil {
		return c.table.row(values)
	}
	c.rows = append(c.rows, slices.Clone(values))
	return nil
}

// fall prints what it holds as a table; so are the rows to come.
func (c *chartWriter) fall(why string) error {
	c.o.note("not drawn: %s", why)
	inner, err := newRowWriter("table", c.o.w, c.o.columns(c.q), c.o.width)
	if err != nil {
		return err
	}
	c.table = c.o.zoned(inner, c.q)
	for _, row := range c.rows {
		if err := c.table.row(row); err != nil {
			return err
		}
	}
	c.rows = nil
	return nil
}

func (c *chartWriter) close() error {
	if c.table == nil {
		picture, err := draw(c.q, c.rows)
		if err == nil {
			_, err := io.WriteString(c.o.w, picture.Terminal(chart.Terminal{
				Width: c.o.drawing.width, Height: c.o.drawing.height, ASCII: c.o.drawing.ascii, Colour: c.o.drawing.colour,
			}))
			return err
		}
		if err := c.fall(err.Error()); err != nil {
			return err
		}
	}
	return c.table.close()
}

func (c *chartWriter) abort() error {
	if c.table == nil {
		if err := c.fall("the query was stopped"); err != nil {
			return err
		}
	}
	return c.table.abort()
}

func draw(q *plan.Query, rows [][]types.Value) (*chart.Chart, error) {
	render := q.Render
	if render == nil {
		render = &plan.Render{Kind: "table"}
	}
	return chart.New(render.Kind, render.Props, q.Root.Columns(), rows)
}

// A picturedWriter prints a table on a page, and draws the same rows after it;
// the page's style puts the picture first.
type picturedWriter struct {
	rowWriter
	page *htmlPage
	q    *plan.Query
	rows [][]types.Value
	over bool
}

func (o *output) pictured(page *htmlPage, q *plan.Query, inner rowWriter) rowWriter {
	if q.Render == nil || o.trace != nil {
		return inner
	}
	return &picturedWriter{rowWriter: inner, page: page, q: q}
}

func (p *picturedWriter) row(values []types.Value) error {
	if p.over = p.over || len(p.rows) == chartRows; p.over {
		p.rows = nil
	} else {
		p.rows = append(p.rows, slices.Clone(values))
	}
	return p.rowWriter.row(values)
}

func (p *picturedWriter) close() error {
	if err := p.rowWriter.close(); err != nil {
		return err
	}
	if p.over {
		return p.page.note("not drawn: more than " + strconv.Itoa(chartRows) + " rows: summarize them first")
	}
	picture, err := draw(p.q, p.rows)
	if err != nil {
		return p.page.note("not drawn: " + err.Error())
	}
	return p.page.figure(picture.SVG())
}
