package investigation

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/conshelf/conshelf/internal/report"
)

// WriteReport writes the document into the case as HTML, Markdown and JSON,
// and returns the paths. A report that is there already is replaced, whole.
func (c *Case) WriteReport(doc report.Document) ([]string, error) {
	var paths []string
	for _, form := range []struct {
		name   string
		render func(io.Writer, report.Document) error
	}{
		{"report.html", report.HTML},
		{"report.md", report.Markdown},
		{"report.json", report.JSON},
	} {
		var b bytes.Buffer
		if err := form.render(&b, doc); err != nil {
			return paths, fmt.Errorf("write %s: %w", form.name, err)
		}
		path := filepath.Join(c.dir, form.name)
		if err := replaceFile(path, b.Bytes()); err != nil {
			return paths, fmt.Errorf("write %s: %w", form.name, err)
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// replaceFile writes a file beside path and renames it, so that path is never
// half a file.
func replaceFile(path string, data []byte) error {
	next := path + ".next"
	if err := os.WriteFile(next, data, 0o600); err != nil {
		return err
	}
	return os.Rename(next, path)
}
