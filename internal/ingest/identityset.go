package ingest

import (
	"errors"
	"fmt"
	"slices"

	"github.com/conshelf/conshelf/internal/engine"
)

// recentIdentities is how many identities stand in memory before they are
// written out: 128 MiB with their index, which is as full as it may be.
const recentIdentities = 3 << 21

// An identitySet is the set of the identities of all rows held. Those added
// last are in memory; the others are in files, each in its order, and a few of
// them, because neighbours of like size are merged. So the memory that they
// take hardly grows with the rows.
type identitySet struct {
	dir    string // of the files; empty: the system's directory for such
	limit  int    // how many may be in memory
	recent identityTable
	runs   []*identityRun // from the oldest to the newest
	inRuns int            // identities
	kept   int            // identities that stay, from the first
	block  [runBlock * identitySize]byte
}

// add adds id. It tells whether it was new, and whether the set had another
// identity with the same first half: the same record id with other content.
func (s *identitySet) add(id engine.Identity) (isNew, sameID bool, err error) {
	if err := s.room(); err != nil {
		return false, false, err
	}
	has, sameID, err := s.search(id)
	if has || err != nil {
		return false, sameID, err
	}
	isNew, same := s.recent.add(id)
	return isNew, sameID || same, nil
}

// hold adds an identity that no run has.
func (s *identitySet) hold(id engine.Identity) error {
	if err := s.room(); err != nil {
		return err
	}
	s.recent.add(id)
	return nil
}

// room makes room for one more in memory.
func (s *identitySet) room() error {
	if s.recent.used < s.limit {
		return nil
	}
	if err := s.spill(); err != nil {
		return fmt.Errorf("set identities aside: %w", err)
	}
	return nil
}

// names tells whether the set has an identity with the same first half: a record
// with that id, whatever its content.
func (s *identitySet) names(id engine.Identity) (bool, error) {
	has, sameID, err := s.search(id)
	return has || sameID || s.recent.names(id), err
}

// search looks id up in the runs.
func (s *identitySet) search(id engine.Identity) (has, sameID bool, err error) {
	for _, r := range s.runs {
		has, same, err := r.search(id, s.block[:])
		if has || err != nil {
			return has, sameID, err
		}
		sameID = sameID || same
	}
	return false, sameID, nil
}

// keep notes that what was added so far stays.
func (s *identitySet) keep() { s.kept = s.inRuns + s.recent.used }

// undo removes what was added since keep.
func (s *identitySet) undo() error {
	s.recent.truncate(max(0, s.kept-s.inRuns))
	for s.inRuns > s.kept {
		last := len(s.runs) - 1
		s.inRuns -= s.runs[last].count
		err := s.runs[last].remove()
		s.runs = s.runs[:last]
		if err != nil {
			return fmt.Errorf("forget identities: %w", err)
		}
	}
	return nil
}

// spill writes what is in memory out: what is to stay apart from what may be
// undone.
func (s *identitySet) spill() error {
	defer s.recent.empty()
	stays, others := s.recent.sorted(min(max(0, s.kept-s.inRuns), s.recent.used))
	for _, part := range [][]*identities{stays, others} {
		if len(part) == 0 {
			continue
		}
		run, err := writeRun(s.dir, part...)
		if err != nil {
			return err
		}
		s.runs = append(s.runs, run)
		s.inRuns += run.count
		if err := s.tidy(); err != nil {
			return err
		}
	}
	return nil
}

// tidy merges neighbours of which the older is at most twice as large as the
// newer, so that the runs are few. One that may be undone is not merged with one
// that stays.
func (s *identitySet) tidy() error {
	border := s.inRuns
	for i := len(s.runs) - 1; i > 0; i-- {
		a, b := s.runs[i-1], s.runs[i]
		if border -= b.count; border == s.kept || a.count > 2*b.count {
			continue
		}
		merged, err := writeRun(s.dir, a.read(), b.read())
		if err != nil {
			return err
		}
		s.runs = slices.Replace(s.runs, i-1, i+1, merged)
		if err := errors.Join(a.remove(), b.remove()); err != nil {
			return err
		}
		border, i = s.inRuns, len(s.runs)
	}
	return nil
}

// close removes the files.
func (s *identitySet) close() error {
	var err error
	for _, r := range s.runs {
		err = errors.Join(err, r.remove())
	}
	s.runs, s.inRuns = nil, 0
	return err
}
