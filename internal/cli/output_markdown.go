package cli

import (
	"bufio"
	"strings"

	"github.com/conshelf/conshelf/internal/escape"
	"github.com/conshelf/conshelf/kql/types"
)

// A markdownWriter prints a table of GitHub's Markdown.
type markdownWriter struct{ w *bufio.Writer }

func newMarkdownWriter(w *bufio.Writer, cols []types.Column) (*markdownWriter, error) {
	m := &markdownWriter{w}
	names, rules := make([]string, len(cols)), make([]string, len(cols))
	for i, c := range cols {
		names[i], rules[i] = escape.Markdown(c.Name), "---"
		if c.Type.Numeric() {
			rules[i] = "---:"
		}
	}
	if err := m.line(names); err != nil {
		return nil, err
	}
	return m, m.line(rules)
}

func (m *markdownWriter) row(values []types.Value) error {
	cells := make([]string, len(values))
	for i, v := range values {
		cells[i] = escape.Markdown(oneLine(v.String()))
	}
	return m.line(cells)
}

func (m *markdownWriter) line(cells []string) error {
	_, err := m.w.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	return err
}

func (m *markdownWriter) close() error { return m.w.Flush() }
func (m *markdownWriter) abort() error { return m.w.Flush() }
