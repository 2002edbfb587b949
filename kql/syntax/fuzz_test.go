package syntax

import (
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"
)

// FuzzParse: no text makes the parser panic or hang; spans lie in the text; a
// text without errors prints as what reads as the same tree.
func FuzzParse(f *testing.F) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(archive.Files[0].Data))
	}
	f.Fuzz(func(t *testing.T, text string) {
		query, list := ParseQuery(text)
		checkSpansOnce(t, text, query)
		for _, d := range list {
			if d.Message == "" || d.Span.Start < 0 || d.Span.End < d.Span.Start || d.Span.End > len(text) {
				t.Errorf("diagnostic %+v of %d bytes", d, len(text))
			}
		}
		printed := Format(query)
		if list.HasErrors() {
			return
		}
		again, list := ParseQuery(printed)
		if list.HasErrors() {
			t.Fatalf("%q prints as %q\n%s", text, printed, list.Format("printed", printed))
		}
		if dump(query) != dump(again) || Format(again) != printed {
			t.Errorf("%q prints as %q, which is another query", text, printed)
		}
	})
}
