package ingest

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/conshelf/conshelf/internal/schema"
)

func TestFormatsDocumentIsCurrent(t *testing.T) {
	got, err := os.ReadFile("../../docs/formats.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != FormatsDocument() {
		t.Error("docs/formats.md is not what the code says: run go generate ./internal/ingest")
	}
}

// Every format has documents that exercise it, and its rows go to no tables
// but those that it says it feeds.
func TestEveryFormatIsDescribedAndExercised(t *testing.T) {
	logs, kinds := splitFormats(Formats())
	for _, f := range logs {
		if f.Test == "" {
			t.Errorf("%s: no facts in formatFacts", f.Name)
			continue
		}
		told, tables := expectations(t, f.Test)
		if f.Test != envelopeTest && !strings.Contains(told, `"`+f.Name+`"`) && !regexp.MustCompile(`several formats: .*\b`+f.Name+`\b`).MatchString(told) {
			t.Errorf("%s: no document in testdata/%s has a file of this format", f.Name, f.Test)
		}
		if !isCollectors(f.Test) {
			checkTables(t, f.Test, tables, logs)
		}
	}
	told, _ := expectations(t, "configuration")
	for _, f := range kinds {
		if len(f.By) > 0 && !strings.Contains(told, f.Name) {
			t.Errorf("%s is told by its members, and no document in testdata/configuration has one", f.Name)
		}
	}
	for name := range formatFacts() {
		if !slices.ContainsFunc(logs, func(f Format) bool { return f.Name == name }) {
			t.Errorf("formatFacts knows %s, which no shape is called", name)
		}
	}
}

func TestMembersOfDocumentsAreInLowerCase(t *testing.T) {
	for _, s := range documentShapes() {
		for _, name := range slices.Concat(s.all, s.any, s.none) {
			if name != strings.ToLower(name) {
				t.Errorf("%s: %s is never a member's name", s.kind, name)
			}
		}
	}
}

// isCollectors tells whether a folder holds whole outputs of a collector, of
// many formats.
func isCollectors(folder string) bool {
	return slices.Contains([]string{"mes", "hawk", "goose", "dfir_o365rc"}, folder)
}

func checkTables(t *testing.T, folder string, tables []string, logs []Format) {
	t.Helper()
	var fed []string
	for _, f := range logs {
		if f.Test == folder {
			if len(f.Tables) == 0 {
				return
			}
			fed = append(fed, f.Tables...)
		}
	}
	for _, table := range tables {
		streamed := folder == "diagnostics" && schema.Hunting(table)
		if !streamed && !slices.Contains(fed, table) {
			t.Errorf("documents in testdata/%s feed %s, and no format of theirs says so", folder, table)
		}
	}
}

// expectations returns what the documents of a folder want to be told, and the
// tables that they want rows in.
func expectations(t *testing.T, folder string) (told string, tables []string) {
	t.Helper()
	paths, err := filepath.Glob("testdata/" + folder + "/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("testdata/%s holds no documents (%v)", folder, err)
	}
	table := regexp.MustCompile(`(?m)^(\w+): file \d+ record`)
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range archive.Files {
			switch file.Name {
			case "want.files":
				told += string(file.Data)
			case "want.rows":
				for _, match := range table.FindAllStringSubmatch(string(file.Data), -1) {
					tables = append(tables, match[1])
				}
			}
		}
	}
	return told, tables
}
