package investigation

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/ingest"
)

// Loaded is what an ingest did.
type Loaded struct {
	Files    []evidence.File
	Problems []Problem
}

// Counts returns the sums over all files.
func (l Loaded) Counts() evidence.Counts {
	var total evidence.Counts
	for _, f := range l.Files {
		total = total.Add(f.Counts)
	}
	return total
}

// A Problem is what was wrong with a file, or with records of it.
type Problem struct {
	File   evidence.File
	Reason string // one line
}

func (p Problem) String() string { return p.File.Name() + ": " + p.Reason }

// IngestOptions says how to load. The zero value is useful.
type IngestOptions struct {
	Stdin  io.Reader // what "-" is; nil: nothing
	Tenant string    // of records that name none; empty: what their files say
	// Unpacked is how many bytes one packed file, with all that is in it, may
	// unpack to; 0: 20 GiB.
	Unpacked int64
	// Progress is called with what is done: bytes of text, bytes of files as
	// found that they came from, rows. Nil: it is not.
	Progress func(text, taken, rows int64)
}

// Ingest loads paths into the case. Files that were loaded before an error
// stay, and are in the result.
func (c *Case) Ingest(ctx context.Context, paths []string, o IngestOptions) (Loaded, error) {
	known, err := c.Files(ctx)
	if err != nil {
		return Loaded{}, err
	}
	options := ingest.Options{Exclude: c.dir, Spool: filepath.Join(c.dir, spoolDir), Temp: c.temp, Acquire: c.keeper.actor.Acquisition}
	return intake(ctx, c.store(), options, known, paths, o)
}

// Survey says what Ingest into an empty case would make of paths, and loads
// nothing. What is in the directory of the case is no evidence.
func Survey(ctx context.Context, dir string, paths []string, o IngestOptions) (Loaded, error) {
	return intake(ctx, ingest.Nowhere(), ingest.Options{Exclude: dir}, nil, paths, o)
}

func intake(ctx context.Context, store engine.Loader, options ingest.Options, known []evidence.File, paths []string, o IngestOptions) (Loaded, error) {
	var l Loaded
	paths, l.Problems = existing(paths)
	options.Tenant, options.Stdin = strings.ToLower(o.Tenant), o.Stdin
	options.Limits.Unpacked = o.Unpacked
	if o.Progress != nil {
		options.Progress = func(p ingest.Progress) { o.Progress(p.Bytes, p.Taken, p.Rows) }
	}
	in := ingest.New(store, options)
	err := in.Ingest(ctx, paths, known, func(f evidence.File, rejects []evidence.Reject) error {
		l.Files = append(l.Files, f)
		l.Problems = append(l.Problems, problems(f, rejects)...)
		if !f.Counts.Balanced() {
			return fmt.Errorf("%s: %d records read are not %d stored, %d duplicate and %d quarantined", f.Name(), f.Counts.Read, f.Counts.Stored, f.Counts.Duplicate, f.Counts.Quarantined)
		}
		return nil
	})
	if err != nil {
		return l, fmt.Errorf("ingest: %w", err)
	}
	return l, nil
}

// existing returns the paths that there are, and a problem for each other. A
// name that nothing has is a slip of whoever typed it, and no evidence.
func existing(paths []string) (there []string, problems []Problem) {
	for _, path := range paths {
		if _, err := os.Lstat(path); path != "-" && errors.Is(err, fs.ErrNotExist) {
			problems = append(problems, Problem{evidence.File{Path: path}, "there is no such file or directory: check the path"})
			continue
		}
		there = append(there, path)
	}
	return there, problems
}

// Anything tells whether there is a file under any of the paths, and which of
// them do not exist. What cannot be looked into may have one.
func Anything(paths []string) (there bool, missing []Problem) {
	paths, missing = existing(paths)
	for _, path := range paths {
		if path == "-" || hasFile(path) {
			return true, missing
		}
	}
	return false, missing
}

// hasFile tells whether a path is, or holds, anything but directories.
func hasFile(path string) bool {
	found := false
	_ = filepath.WalkDir(path, func(_ string, d fs.DirEntry, err error) error {
		found = err != nil || !d.IsDir()
		if found {
			return fs.SkipAll
		}
		return nil
	})
	return found
}

// problems says what was wrong with a file: as a whole, or with its first
// record that was not understood.
func problems(f evidence.File, rejects []evidence.Reject) []Problem {
	if f.Problem != "" {
		return []Problem{{f, f.Problem}}
	}
	if f.Counts.Quarantined == 0 || len(rejects) == 0 {
		return nil
	}
	r := rejects[0]
	return []Problem{{f, fmt.Sprintf("%d of %d records are in quarantine; the first is record %d at byte %d: %s",
		f.Counts.Quarantined, f.Counts.Read, r.Record, r.Offset, r.Reason)}}
}

// TotalSize returns how many bytes there are under paths, for telling how far
// a load has come; what cannot be measured does not count.
func TotalSize(paths []string) int64 {
	var total int64
	for _, path := range paths {
		_ = filepath.WalkDir(path, func(_ string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return nil //nolint:nilerr // the load itself says what cannot be read
			}
			if info, err := d.Info(); err == nil {
				total += info.Size()
			}
			return nil
		})
	}
	return total
}
