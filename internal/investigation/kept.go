package investigation

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/conshelf/conshelf/internal/custody"
	"github.com/conshelf/conshelf/internal/detect"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/ingest"
)

// resultsFile is where a case keeps what each rule found.
const resultsFile = "results.json"

// results is the file's content.
type results struct {
	Found map[string]detect.Kept `json:"found"` // by the key of what it depends on
}

// memory returns what rules found in the case before. A file that is not as
// the journal says is as good as none.
func (c *Case) memory(basis string, fresh bool, files []evidence.File) *detect.Memory {
	if basis == "" {
		return nil
	}
	m := &detect.Memory{Basis: basis, Content: contents(files)}
	if !fresh {
		m.Found = c.found()
	}
	return m
}

func (c *Case) found() map[string]detect.Kept {
	j, err := custody.Open(c.dir, c.keeper.actor)
	if err != nil {
		return nil
	}
	chain := j.Chain()
	if !chain.Promised(os.DirFS(c.dir), resultsFile, resultsFile) {
		return nil
	}
	text, err := os.ReadFile(filepath.Join(c.dir, resultsFile))
	if err != nil {
		return nil
	}
	var r results
	if json.Unmarshal(text, &r) != nil {
		return nil
	}
	return r.Found
}

// contents returns what names the content of each table: the manifest's entries
// of the files that fed it. A table about the files depends on all of them.
func contents(files []evidence.File) func(table string) string {
	return func(table string) string {
		var fed []evidence.File
		for _, f := range files {
			if ingest.Apart(table) || slices.ContainsFunc(f.Tables, func(t evidence.TableCount) bool { return t.Table == table }) {
				fed = append(fed, f)
			}
		}
		text, err := json.Marshal(fed)
		if err != nil {
			panic("investigation: " + err.Error()) // nothing in it can fail
		}
		return string(custody.Sum(text))
	}
}

// keptFiles are the files of the case that are written with a report: what
// the rules found, and the facts that were weighed.
func (c *Case) keptFiles() (map[string][]byte, error) {
	files := make(map[string][]byte)
	if c.results != nil {
		text, err := json.Marshal(results{c.results})
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", resultsFile, err)
		}
		files[resultsFile] = text
	}
	if c.sources != nil && c.sources.FactsText != nil {
		files[factsName] = c.sources.FactsText
	}
	return files, nil
}

// replaceable are the files of a case that are promised before they take the
// place of others.
func replaceable() []string { return slices.Concat(reportFiles(), []string{resultsFile, factsName}) }
