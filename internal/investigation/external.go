package investigation

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/ingest"
	"github.com/conshelf/conshelf/internal/schema"
	"github.com/conshelf/conshelf/internal/tenant"
	"github.com/conshelf/conshelf/kql/bind"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// Sources are what queries may read beside the evidence: saved functions, and
// files that stand for data from outside. Nothing is ever fetched.
type Sources struct {
	Functions []bind.Function
	// Files are the files by the names that queries use: the alias of a
	// watchlist, a URI of externaldata, Database.Table.
	Files map[string]string
	// Folder is where a file is looked for whose name Files lacks: the file's
	// path in it is the name, of a URI without its scheme, with or without an
	// extension. Empty: nowhere.
	Folder string
	// SearchKeys are the search keys of watchlists, columns of their files, by
	// alias. A file may also have a column SearchKey.
	SearchKeys map[string]string
	// Facts are what the tenant declares of itself. They give watchlists that no
	// file stands for. Nil: nothing is declared.
	Facts *tenant.Facts
	// FactsText is the file of Facts, if it is to be kept in the case.
	FactsText []byte
}

// ErrNotMapped is the error of data from outside that no file stands for.
var ErrNotMapped = errors.New("no file stands for it")

// functions are the saved functions; nil sources have none.
func (s *Sources) functions() []bind.Function {
	if s == nil {
		return nil
	}
	return s.Functions
}

// Use says what queries over the case may read beside the evidence. Writable
// opens the engine again when a file is to be loaded; nil: it can be written to
// already.
func (c *Case) Use(s *Sources, writable Opener) { c.sources, c.writable = s, writable }

// sourcesOf are the sources of a query.
func (c *Case) sourcesOf(o CompileOptions) *Sources {
	if o.Sources != nil {
		return o.Sources
	}
	return c.sources
}

// extensions are those of the files that a name without one may mean.
func extensions() []string {
	return []string{"", ".csv", ".csv.gz", ".tsv", ".tsv.gz", ".json", ".json.gz", ".jsonl", ".jsonl.gz", ".txt", ".txt.gz"}
}

// file returns the file that stands for a name.
func (s *Sources) file(name string) (string, error) {
	if s == nil {
		return "", fmt.Errorf("%s: %w", name, ErrNotMapped)
	}
	if file, ok := s.Files[name]; ok {
		return file, nil
	}
	if s.Folder == "" {
		return "", fmt.Errorf("%s: %w", name, ErrNotMapped)
	}
	inside := folderName(name)
	if !fs.ValidPath(inside) || inside == "." {
		return "", fmt.Errorf("%s: %w, and its name is none of a file", name, ErrNotMapped)
	}
	root, err := os.OpenRoot(s.Folder)
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, ErrNotMapped)
	}
	defer func() { _ = root.Close() }() // it was only looked at
	for _, extension := range extensions() {
		info, err := root.Stat(filepath.FromSlash(inside + extension))
		if err == nil && info.Mode().IsRegular() {
			return filepath.Join(s.Folder, filepath.FromSlash(inside+extension)), nil
		}
	}
	return "", fmt.Errorf("%s: %w", name, ErrNotMapped)
}

// folderName is a name as the path of a file: of a URI the host and the path.
func folderName(name string) string {
	u, err := url.Parse(name)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return name
	}
	return path.Join(u.Host, strings.TrimPrefix(u.Path, "/"))
}

// outside returns the rows that stand for ref.
func (c *Case) outside(ctx context.Context, s *Sources, ref bind.External) (plan.Rel, error) {
	switch ref.Kind {
	case bind.ExternalData:
		return c.externalData(ctx, s, ref)
	case bind.Watchlist:
		return c.watchlist(ctx, s, ref)
	case bind.WatchlistAliases:
		return nil, errors.New("which watchlists there are is not known: only those that have a file are")
	case bind.ExternalTable:
		return c.outsideTable(ctx, s, ref.Name, nil)
	case bind.ForeignTable:
		if strings.HasSuffix(ref.Table, "(…)") {
			return nil, fmt.Errorf("%s: a function of another database is not read", ref.Name)
		}
		published, _ := schema.Lookup(ref.Table)
		return c.outsideTable(ctx, s, ref.Name, published.Columns)
	}
	panic(ref.Kind)
}

// externalData reads the files of externaldata, one after the other, as the
// columns that the query declares.
func (c *Case) externalData(ctx context.Context, s *Sources, ref bind.External) (plan.Rel, error) {
	union := &plan.Union{}
	for _, uri := range ref.URIs {
		file, err := s.file(uri)
		if err != nil {
			return nil, err
		}
		framing := ingest.Framing{Format: formatOf(ref.Props["format"], uri), Skip: strings.EqualFold(ref.Props["ignorefirstrecord"], "true")}
		table, err := c.reference(ctx, file, uri, framing)
		if err != nil {
			return nil, err
		}
		if isRecords(framing.Format) {
			union.Inputs = append(union.Inputs, fromRecords(table, ref.Columns))
		} else {
			union.Inputs = append(union.Inputs, fromCells(table, ref.Columns))
		}
	}
	switch len(union.Inputs) {
	case 0:
		return nil, errors.New("externaldata names no address")
	case 1:
		return union.Inputs[0], nil
	}
	return union, nil
}

// formatOf is the format that a query names, or that the name of the data has;
// CSV where neither says.
func formatOf(format, uri string) string {
	if format != "" {
		return strings.ToLower(format)
	}
	name := folderName(uri)
	switch strings.ToLower(path.Ext(strings.TrimSuffix(name, ".gz"))) {
	case ".tsv":
		return "tsv"
	case ".psv":
		return "psv"
	case ".txt":
		return "txt"
	case ".raw":
		return "raw"
	case ".json", ".jsonl":
		return "multijson"
	}
	return "csv"
}

func isRecords(format string) bool { return format == "json" || format == "multijson" }

// watchlist reads a watchlist: what every watchlist has, then the columns of the
// file.
func (c *Case) watchlist(ctx context.Context, s *Sources, ref bind.External) (plan.Rel, error) {
	rel, err := c.outsideTable(ctx, s, ref.Name, nil)
	if errors.Is(err, ErrNotMapped) {
		if given, declared, _ := s.facts().Watchlist(ref.Name); declared {
			return given, nil
		}
	}
	if err != nil {
		return nil, err
	}
	cols := rel.Columns()
	var named []plan.Named
	for _, c := range []types.Column{{Name: "_DTItemId", Type: types.String}, {Name: "LastUpdatedTimeUTC", Type: types.DateTime}} {
		if !slices.ContainsFunc(cols, func(have types.Column) bool { return have.Name == c.Name }) {
			named = append(named, plan.Named{Name: c.Name, Expr: &plan.Const{Value: types.Null(c.Type)}})
		}
	}
	if key, ok := s.SearchKeys[ref.Name]; ok {
		at := slices.IndexFunc(cols, func(have types.Column) bool { return have.Name == key })
		if at < 0 {
			return nil, fmt.Errorf("%s: the search key %s is no column of its file", ref.Name, key)
		}
		named = append(named, plan.Named{Name: "SearchKey", Expr: &plan.Col{Index: at, T: cols[at].Type}})
	}
	for i, c := range cols {
		if c.Name != "SearchKey" || s.SearchKeys[ref.Name] == "" {
			named = append(named, plan.Named{Name: c.Name, Expr: &plan.Col{Index: i, T: c.Type}})
		}
	}
	return &plan.Project{Input: rel, Cols: named}, nil
}

// outsideTable reads a whole table from a file whose first record names the
// columns. Of a published table they have its types; all others are text, and
// of JSON dynamic.
func (c *Case) outsideTable(ctx context.Context, s *Sources, name string, published []types.Column) (plan.Rel, error) {
	file, err := s.file(name)
	if err != nil {
		return nil, err
	}
	framing := ingest.Framing{Format: formatOf("", file)}
	if isRecords(framing.Format) {
		return c.recordTable(ctx, file, name, framing, published)
	}
	if framing.Format == "txt" || framing.Format == "raw" {
		framing.Format = "csv"
	}
	framing.Header = true
	table, err := c.reference(ctx, file, name, framing)
	if err != nil {
		return nil, err
	}
	rel := &plan.Project{Input: scanOf(table)}
	for i, col := range table.Columns {
		t := types.String
		if at := slices.IndexFunc(published, func(p types.Column) bool { return p.Name == col.Name }); at >= 0 {
			t = published[at].Type
		}
		rel.Cols = append(rel.Cols, plan.Named{Name: col.Name, Expr: converted(&plan.Col{Index: i, T: types.String}, t)})
	}
	for _, p := range published {
		if table.Column(p.Name) < 0 {
			rel.Cols = append(rel.Cols, plan.Named{Name: p.Name, Expr: &plan.Const{Value: types.Null(p.Type)}})
		}
	}
	return rel, nil
}

// recordTable reads a table from a file of JSON records.
func (c *Case) recordTable(ctx context.Context, file, name string, framing ingest.Framing, published []types.Column) (plan.Rel, error) {
	if published == nil {
		return nil, fmt.Errorf("%s: the columns of %s are not known: save it as CSV with a header", name, file)
	}
	table, err := c.reference(ctx, file, name, framing)
	if err != nil {
		return nil, err
	}
	return fromRecords(table, published), nil
}

func scanOf(table types.Table) *plan.Scan { return &plan.Scan{Table: table, Reference: true} }

// fromCells gives the columns of a file, by place, the names and types that a
// query declares.
func fromCells(table types.Table, declared []types.Column) plan.Rel {
	rel := &plan.Project{Input: scanOf(table)}
	for i, col := range declared {
		var cell plan.Expr = &plan.Const{Value: types.Null(col.Type)}
		if at := table.Column(fmt.Sprintf("c%d", i+1)); at >= 0 {
			cell = converted(&plan.Col{Index: at, T: types.String}, col.Type)
		}
		rel.Cols = append(rel.Cols, plan.Named{Name: col.Name, Expr: cell})
	}
	return rel
}

// fromRecords takes the members of records that have the names of columns.
func fromRecords(table types.Table, declared []types.Column) plan.Rel {
	rel := &plan.Project{Input: scanOf(table)}
	at := table.Column(ingest.RecordColumn)
	for _, col := range declared {
		var member plan.Expr = &plan.Const{Value: types.Null(col.Type)}
		if at >= 0 {
			record := &plan.Col{Index: at, T: types.Dynamic}
			member = converted(&plan.Path{X: record, Steps: []plan.Step{{Name: col.Name}}}, col.Type)
		}
		rel.Cols = append(rel.Cols, plan.Named{Name: col.Name, Expr: member})
	}
	return rel
}

// converted reads a text or a dynamic value as a type; what is none of it is
// null.
func converted(e plan.Expr, t types.Scalar) plan.Expr {
	if e.Type() == t {
		return e
	}
	return &plan.Call{Func: plan.Conversion(t), Args: []plan.Expr{e}, T: t}
}

// reference returns the table of a file, which is loaded if the case does not
// hold it.
func (c *Case) reference(ctx context.Context, file, name string, framing ingest.Framing) (types.Table, error) {
	r, err := ingest.OpenReference(file, name, framing)
	if err != nil {
		return types.Table{}, err
	}
	if table, ok, err := c.held(ctx, r.Table()); err != nil || ok {
		return table, err
	}
	files, err := c.Files(ctx)
	if err != nil {
		return types.Table{}, err
	}
	number := int64(1)
	for _, f := range files {
		if slices.ContainsFunc(f.Tables, func(t evidence.TableCount) bool { return t.Table == r.Table() }) {
			return types.Table{Name: r.Table()}, nil // it has no rows
		}
		number = max(number, f.Number+1)
	}
	if err := c.write(ctx); err != nil {
		return types.Table{}, err
	}
	if err := r.Store(ctx, c.store(), number, c.keeper.actor.Acquisition()); err != nil {
		return types.Table{}, err
	}
	table, _, err := c.held(ctx, r.Table())
	return table, err
}

// held returns a table that the engine holds.
func (c *Case) held(ctx context.Context, name string) (types.Table, bool, error) {
	tables, err := c.engine.Tables(ctx)
	if err != nil {
		return types.Table{}, false, fmt.Errorf("list tables: %w", err)
	}
	i := slices.IndexFunc(tables, func(t engine.TableInfo) bool { return t.Name == name })
	if i < 0 {
		return types.Table{Name: name}, false, nil
	}
	return tables[i].Table, true, nil
}

// write opens the engine again to be written to, if it is not.
func (c *Case) write(ctx context.Context) error {
	if c.writable == nil {
		return nil
	}
	if err := c.engine.Close(); err != nil {
		return fmt.Errorf("close case %s: %w", c.dir, err)
	}
	if err := c.keeper.look(); err != nil {
		return fmt.Errorf("open case %s to load a file: %w", c.dir, err)
	}
	e, err := c.writable(ctx, filepath.Join(c.dir, database), c.temp)
	if err != nil {
		return fmt.Errorf("open case %s to load a file: %w", c.dir, err)
	}
	c.engine, c.writable = e, nil
	return nil
}
