package custody_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/conshelf/conshelf/internal/custody"
)

// FuzzJournal: a journal may be any bytes. What is read without a fault is the
// journal as it was written, or its first lines.
func FuzzJournal(f *testing.F) {
	dir := f.TempDir()
	j, err := custody.Open(dir, someone())
	if err != nil {
		f.Fatal(err)
	}
	for _, l := range []custody.Line{
		{Event: custody.CaseCreated},
		{Event: custody.CaseOpened},
		{Event: custody.FileIngested, File: &custody.Promise{Number: 1, Path: "a.json", Source: "a.json", Size: 2, SHA256: custody.Sum([]byte("{}"))}},
		{Event: custody.CaseClosed, Inventory: &custody.Inventory{}},
	} {
		if _, err := j.Append(l); err != nil {
			f.Fatal(err)
		}
	}
	written, err := os.ReadFile(filepath.Join(dir, custody.JournalName))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(written)
	f.Add(written[:len(written)/2])
	f.Add(bytes.Replace(written, []byte("a.json"), []byte("b.json"), 1))
	f.Add([]byte("{}\n\x00\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c := custody.Read(data)
		if len(c.Faults) == 0 && !c.Torn && !bytes.HasPrefix(written, data) {
			t.Errorf("a journal that nobody wrote has no fault: %q", data)
		}
		told := 0
		fsys := fstest.MapFS{custody.JournalName: {Data: data}}
		custody.Verify(fsys, custody.Options{Originals: evidenceIn{}, Tell: func(custody.Finding) { told++ }})
		if told < len(c.Faults) {
			t.Errorf("of %d faults %d are told", len(c.Faults), told)
		}
	})
}

// FuzzArchive: a sealed archive may be any bytes. What is not the archive as it
// was sealed is said to be so, or cannot be read.
func FuzzArchive(f *testing.F) {
	dir := f.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "report.html"), []byte("<p>a report</p>\n"), 0o600); err != nil {
		f.Fatal(err)
	}
	j, err := custody.Open(dir, someone())
	if err != nil {
		f.Fatal(err)
	}
	if _, err := j.Append(custody.Line{Event: custody.CaseCreated}); err != nil {
		f.Fatal(err)
	}
	var sealed bytes.Buffer
	if err := custody.WriteArchive(&sealed, os.DirFS(dir), evidenceIn{}); err != nil {
		f.Fatal(err)
	}
	f.Add(sealed.Bytes())
	f.Add(sealed.Bytes()[:sealed.Len()-1])
	f.Add([]byte("PK\x05\x06" + string(make([]byte, 18))))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, told, err := custody.OpenArchive(bytes.NewReader(data), int64(len(data)))
		if err == nil && told == "" && !bytes.Equal(data, sealed.Bytes()) {
			t.Error("another archive is taken for the one that was sealed")
		}
	})
}
