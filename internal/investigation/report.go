package investigation

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/conshelf/conshelf/internal/custody"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/report"
)

// WriteReport writes the document into the case as HTML, Markdown and JSON,
// with what the rules found and the facts that were weighed, and returns the
// paths of the report. A report that is there already is replaced, whole. The
// journal has the digests before the files are in place.
func (c *Case) WriteReport(doc report.Document) ([]string, error) {
	files, err := render(doc)
	if err != nil {
		return nil, err
	}
	kept, err := c.keptFiles()
	if err != nil {
		return nil, err
	}
	maps.Copy(files, kept)
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(c.dir, name+custody.PendingSuffix), data, 0o600); err != nil {
			return nil, fmt.Errorf("write %s: %w", name, err)
		}
	}
	if err := c.keeper.noteReport(files); err != nil {
		return nil, fmt.Errorf("write the report: %w", err)
	}
	if err := c.keeper.finishReport(); err != nil {
		return nil, fmt.Errorf("write the report: %w", err)
	}
	paths := make([]string, 0, len(files))
	for _, name := range reportFiles() {
		paths = append(paths, filepath.Join(c.dir, name))
	}
	return paths, nil
}

// render returns the files of a report, by name.
func render(doc report.Document) (map[string][]byte, error) {
	files := make(map[string][]byte)
	for i, form := range []func(io.Writer, report.Document) error{report.HTML, report.Markdown, report.JSON} {
		var b bytes.Buffer
		name := reportFiles()[i]
		if err := form(&b, doc); err != nil {
			return nil, fmt.Errorf("write %s: %w", name, err)
		}
		files[name] = b.Bytes()
	}
	return files, nil
}

// ErrNoReport is the error of asking for a report before there is one.
var ErrNoReport = errors.New("nothing was investigated yet; run: conshelf investigate --case DIR")

// Report returns the document that the last investigation of the case left. If
// evidence was added since, stale says so in a sentence.
func (c *Case) Report(ctx context.Context) (doc report.Document, stale string, err error) {
	data, err := os.ReadFile(filepath.Join(c.dir, reportJSON))
	if errors.Is(err, fs.ErrNotExist) {
		return doc, "", ErrNoReport
	}
	if err != nil {
		return doc, "", fmt.Errorf("read the report: %w", err)
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return doc, "", fmt.Errorf("read %s: %w", reportJSON, err)
	}
	files, err := c.Files(ctx)
	if err != nil {
		return doc, "", err
	}
	if !slices.EqualFunc(files, doc.Files, func(a, b evidence.File) bool { return a.Number == b.Number && a.SHA256 == b.SHA256 }) {
		noun := "files"
		if len(doc.Files) == 1 {
			noun = "file"
		}
		stale = fmt.Sprintf("the last investigation saw %d %s, and the case holds %d: run conshelf investigate again", len(doc.Files), noun, len(files))
	}
	if stale == "" && !doc.Window.From.IsZero() {
		stale, err = c.narrowed(ctx, doc.Window)
	}
	return doc, stale, err
}

// narrowed says that a window leaves out some of the evidence; ”: it does not.
func (c *Case) narrowed(ctx context.Context, w incident.Window) (string, error) {
	first, end, err := c.Span(ctx)
	if err != nil || end.IsZero() || !w.From.After(first) && !w.To.Before(end) {
		return "", err
	}
	return fmt.Sprintf("the last investigation looked from %s to %s alone, and the evidence is from %s to %s",
		w.From.UTC().Format(time.RFC3339), w.To.UTC().Format(time.RFC3339), first.UTC().Format(time.RFC3339), end.UTC().Format(time.RFC3339)), nil
}
