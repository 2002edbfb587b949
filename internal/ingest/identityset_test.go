package ingest

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/evidence"
)

// identitiesIn are the identities that may stand in memory: all of the tests'
// in one, in the other next to none.
var identitiesIn = map[string]int{"in memory": recentIdentities, "set aside": 50}

func TestIdentitySet(t *testing.T) {
	for name, limit := range identitiesIn {
		t.Run(name, func(t *testing.T) {
			s := identitySet{dir: t.TempDir(), limit: limit}
			add := func(id engine.Identity) (isNew, sameID bool) {
				t.Helper()
				isNew, sameID, err := s.add(id)
				if err != nil {
					t.Fatal(err)
				}
				return isNew, sameID
			}
			id := func(n int) engine.Identity { return engine.Identity{int64(n % 97), int64(n + 1)} }
			for n := range 5000 {
				if n == 2501 {
					s.keep()
				}
				if isNew, _ := add(id(n)); !isNew {
					t.Fatalf("%d is not new", n)
				}
			}
			if isNew, sameID := add(engine.Identity{5, 77777}); !isNew || !sameID {
				t.Errorf("another content: new %v, same id %v", isNew, sameID)
			}
			if err := s.undo(); err != nil {
				t.Fatal(err)
			}
			for n := range 5000 {
				named, err := s.names(engine.Identity{int64(n % 97), 0})
				if err != nil || !named {
					t.Fatalf("%d is not named: %v", n, err)
				}
				if isNew, _ := add(id(n)); isNew != (n > 2500) {
					t.Fatalf("%d is new: %v", n, isNew)
				}
			}
			if err := s.close(); err != nil {
				t.Fatal(err)
			}
			s = identitySet{dir: s.dir, limit: limit}
			for n := range 10_000 {
				if isNew, _ := add(engine.Identity{int64(n), int64(n)}); isNew != true {
					t.Fatalf("%d is not new after all were removed", n)
				}
			}
			if isNew, _ := add(engine.Identity{}); isNew {
				t.Error("the identity of zeros is new twice")
			}
			if err := s.close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// Whatever is added, kept and undone, the set answers as a plain list would.
func TestIdentitySetIsAList(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 0))
		s := identitySet{dir: t.TempDir(), limit: 1 + random.IntN(40)}
		var list []engine.Identity
		kept := 0
		for step := range 3000 {
			id := engine.Identity{random.Int64N(300) - 150, random.Int64N(8) - 4}
			held, sameID := listed(list, id)
			switch random.IntN(100) {
			case 0:
				s.keep()
				kept = len(list)
			case 1:
				if err := s.undo(); err != nil {
					t.Fatal(err)
				}
				list = list[:kept]
			case 2, 3, 4:
				if named, err := s.names(id); err != nil || named != (held || sameID) {
					t.Fatalf("seed %d, step %d: %v is named: %v, %v", seed, step, id, named, err)
				}
			default:
				isNew, same, err := s.add(id)
				if err != nil || isNew == held || isNew && same != sameID {
					t.Fatalf("seed %d, step %d: %v is new %v, same id %v, %v; held %v, same id %v", seed, step, id, isNew, same, err, held, sameID)
				}
				if isNew {
					list = append(list, id)
				}
			}
		}
		if got := s.inRuns + s.recent.used; got != len(list) {
			t.Errorf("seed %d: %d identities, want %d", seed, got, len(list))
		}
	}
}

func listed(list []engine.Identity, id engine.Identity) (held, sameID bool) {
	for _, l := range list {
		held = held || l == id
		sameID = sameID || l != id && l[0] == id[0]
	}
	return held, sameID
}

// Runs are merged as they come: ten thousand times what memory holds stands in
// a few, and what they have in memory is a sixteenth of a byte a row.
func TestRunsAreFew(t *testing.T) {
	dir := t.TempDir()
	s := identitySet{dir: dir, limit: 20}
	for n := range 200_000 {
		if n%1000 == 0 {
			s.keep()
		}
		if _, _, err := s.add(engine.Identity{int64(n) * 0x61c8864680b583eb, 1}); err != nil {
			t.Fatal(err)
		}
	}
	fences := 0
	for _, r := range s.runs {
		fences += len(r.fences)
	}
	if len(s.runs) > 20 || fences > 200_000/runBlock+len(s.runs) {
		t.Errorf("%d runs with %d fences", len(s.runs), fences)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != len(s.runs) {
		t.Errorf("%d files for %d runs, %v", len(files), len(s.runs), err)
	}
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 0 {
		t.Errorf("%d files at the end, %v", len(files), err)
	}
}

// Records under one id are found from their content too: a file of nothing else
// is read like any other.
func TestManyRecordsUnderOneID(t *testing.T) {
	s := identitySet{dir: t.TempDir(), limit: recentIdentities}
	for n := range 500_000 {
		if isNew, sameID, err := s.add(engine.Identity{7, int64(n) * 0x61c8864680b583eb}); err != nil || !isNew || sameID != (n > 0) {
			t.Fatalf("%d is new %v, same id %v, %v", n, isNew, sameID, err)
		}
	}
}

// What cannot be set aside ends the ingest, and the file that is read is not
// stored.
func TestIdentitiesThatCannotBeSetAside(t *testing.T) {
	m := &memory{}
	in := New(m, Options{Temp: filepath.Join(t.TempDir(), "gone")})
	in.recent = 2
	dir := write(t, map[string]string{"a": riskLines("r1", "r2"), "b": riskLines("r3")})
	err := in.Ingest(t.Context(), []string{dir}, nil, func(evidence.File, []evidence.Reject) error { return nil })
	if !errors.Is(err, fs.ErrNotExist) || len(m.rows) != 2 || m.open {
		t.Errorf("err = %v, %d rows, open %v", err, len(m.rows), m.open)
	}
}
