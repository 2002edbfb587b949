package custody

import (
	"cmp"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/evidence"
)

// An Inventory is the files of a case as they were at one time.
type Inventory struct {
	Files []FileState `json:"files"` // sorted by name
	// Database tells that the files of the database are among them; else they
	// were not looked at.
	Database bool `json:"database"`
}

// databasePrefix begins the names of the database's files: itself and its log.
const databasePrefix = "evidence.duckdb"

// DatabaseName is the database of a case.
const DatabaseName = databasePrefix

func isDatabase(name string) bool { return strings.HasPrefix(name, databasePrefix) }

// PendingSuffix ends the name of a file that is about to take the place of
// another.
const PendingSuffix = ".next"

// own tells whether custody knows the file by other means than an inventory.
func own(name string) bool {
	return name == JournalName || name == RowsName || path.Ext(name) == PendingSuffix || path.Ext(name) == evidence.PartSuffix
}

// TakeInventory reads all files of a case; with the database's, or without.
func TakeInventory(fsys fs.FS, withDatabase bool) (*Inventory, error) {
	inventory := &Inventory{Database: withDatabase}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || own(name) || isDatabase(name) && !withDatabase {
			return err
		}
		state, err := StateOf(fsys, name)
		inventory.Files = append(inventory.Files, state)
		return err
	})
	return inventory, err
}

// A known is a file of the case as a line of the journal has it.
type known struct {
	FileState
	line int64
}

// inventoryOf returns what the files of the case must be, as the journal says.
func inventoryOf(lines []Line) map[string]known {
	files := make(map[string]known)
	for _, l := range lines {
		switch {
		case l.Inventory != nil:
			for name := range files {
				if l.Inventory.Database || !isDatabase(name) {
					delete(files, name)
				}
			}
			for _, f := range l.Inventory.Files {
				files[f.Name] = known{f, l.Number}
			}
		case l.Signature != nil:
			s := l.Signature
			files[s.Name] = known{FileState{Name: s.Name, Size: s.Size, Block: minBlock, SHA256: []evidence.Digest{s.SHA256}}, l.Number}
		}
	}
	return files
}

// Replace puts files in an inventory as they are about to be.
func (i *Inventory) Replace(files map[string][]byte) {
	i.Files = slices.DeleteFunc(i.Files, func(f FileState) bool { _, ok := files[f.Name]; return ok })
	for name, data := range files {
		i.Files = append(i.Files, StateOfBytes(name, data))
	}
	slices.SortFunc(i.Files, func(a, b FileState) int { return cmp.Compare(a.Name, b.Name) })
}

// Strayed compares the files of the database with the journal.
func (c *Chain) Strayed(fsys fs.FS) []Finding {
	want := inventoryOf(c.Lines)
	var list []Finding
	for _, name := range sortedKeys(want) {
		if !isDatabase(name) {
			continue
		}
		if diff := want[name].diff(fsys); diff != "" {
			list = append(list, Finding{Kind: KindCase, Subject: name, Reason: diff})
		}
	}
	return list
}

// Promised tells whether the file next has what the journal says that name has.
func (c *Chain) Promised(fsys fs.FS, name, next string) bool {
	want, ok := inventoryOf(c.Lines)[name]
	if !ok {
		return false
	}
	want.Name = next
	return want.diff(fsys) == ""
}
