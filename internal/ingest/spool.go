package ingest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/conshelf/conshelf/internal/evidence"
)

// spool writes standard input to a file, because it is looked at more than
// once. In the directory that the options name it stays, under its hash; else
// it goes with the ingest. The problem says why it cannot be read, or is ”.
func (in *Ingester) spool() (path string, remove func() error, problem string) {
	dir := in.options.Spool
	if dir != "" {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return "", nothing, "cannot be kept: " + err.Error()
		}
	}
	f, err := os.CreateTemp(dir, "stdin-*"+evidence.PartSuffix)
	if err != nil {
		return "", nothing, "cannot be kept: " + err.Error()
	}
	name, err := in.fill(f)
	if err == nil && dir != "" {
		path = filepath.Join(dir, name)
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return "", nothing, errors.Join(err, os.Remove(f.Name())).Error()
	}
	if dir != "" {
		return path, nothing, ""
	}
	return f.Name(), func() error { return os.Remove(f.Name()) }, ""
}

func nothing() error { return nil }

// fill copies standard input to f, which it closes, and returns a name that the
// content gives.
func (in *Ingester) fill(f *os.File) (string, error) {
	h := sha256.New()
	limit := in.limits.Stdin
	n, err := io.Copy(io.MultiWriter(f, h), io.LimitReader(in.options.Stdin, limit+1))
	if err == nil && n > limit {
		err = fmt.Errorf("is longer than %d bytes: save it as a file and name that", limit)
	}
	if err == nil {
		err = f.Sync()
	}
	return string(digest(h)), errors.Join(err, f.Close())
}
