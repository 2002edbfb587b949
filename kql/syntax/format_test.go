package syntax

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/golden"
)

func TestFormatText(t *testing.T) {
	golden.Run(t, "testdata/format/*.txtar", func(t *testing.T, in map[string]string) map[string]string {
		formatted, list := FormatText(in["query.kql"])
		if again, _ := FormatText(formatted); !list.HasErrors() && again != formatted {
			t.Errorf("formatted again it is\n%s\nand not\n%s", again, formatted)
		}
		return map[string]string{"formatted.kql": formatted, "diagnostics": list.Format("query.kql", in["query.kql"])}
	})
}

// Real queries are formatted with their comments, or refused; and once is
// enough.
func TestFormatRealQueries(t *testing.T) {
	file, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", "kql", "real_queries.jsonl"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("there is no folder shared beside the checkout")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	total, failed := 0, 0
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var c struct{ Query string }
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		if _, list := ParseQuery(c.Query); list.HasErrors() {
			continue
		}
		total++
		formatted, list := FormatText(c.Query)
		if list.HasErrors() {
			failed++
			t.Errorf("%s\n%s", list.Format("query", c.Query), c.Query[:min(300, len(c.Query))])
			continue
		}
		if again, _ := FormatText(formatted); again != formatted {
			failed++
			t.Errorf("formatted twice:\n%s", diffLine(formatted, again))
		}
		if failed > 5 {
			break
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d queries", total)
}

// diffLine returns the first line in which two texts differ.
func diffLine(a, b string) string {
	other := strings.Split(b, "\n")
	for i, line := range strings.Split(a, "\n") {
		if i >= len(other) || other[i] != line {
			return line + "\n" + strings.Join(other[min(i, len(other)):min(i+2, len(other))], "\n")
		}
	}
	return "(the end)"
}
