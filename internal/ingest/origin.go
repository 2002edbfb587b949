package ingest

import (
	"crypto/sha256"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/conshelf/conshelf/internal/evidence"
)

// An origin is where a file was found, for whoever wants to see that it is
// still as it was.
type origin struct {
	source   string // absolute; in the spool if inside
	inside   bool
	modified time.Time
	archive  *evidence.Archive // that the file is a member of
}

// originOf describes a file on disk; path is what it was named as.
func (in *Ingester) originOf(path string, f *os.File) origin {
	o := origin{source: f.Name()}
	if absolute, err := filepath.Abs(f.Name()); err == nil {
		o.source = absolute
	}
	if path == stdin {
		if o.inside = in.options.Spool != ""; !o.inside {
			o.source = "" // it goes with the ingest
		}
		return o
	}
	if info, err := f.Stat(); err == nil {
		o.modified = info.ModTime().UTC()
	}
	return o
}

// archiveOf hashes an archive as a whole: what stands between its members is
// evidence too.
func archiveOf(r io.Reader) (*evidence.Archive, error) {
	h := sha256.New()
	n, err := io.Copy(h, r)
	if err != nil {
		return nil, err
	}
	return &evidence.Archive{SHA256: digest(h), Size: n}, nil
}

// acquire notes on f how it came into the case.
func (in *Ingester) acquire(f *evidence.File, o origin) {
	f.Archive = o.archive
	if in.options.Acquire == nil {
		return
	}
	a := in.options.Acquire()
	a.Source, a.Inside, a.Modified = filepath.ToSlash(o.source), o.inside, o.modified
	f.Acquired = &a
}
