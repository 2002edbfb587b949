package ingest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// stdin is the path that means standard input.
const stdin = "-"

// A source is a file that was named, or found in a directory that was.
type source struct {
	path    string // as named, with slashes
	problem string // why it is not read
}

// sources returns the files under paths, sorted, each once, without what is in
// the directory exclude. A path that does not exist is a file with a problem.
func sources(paths []string, exclude string) []source {
	excluded, err := os.Stat(exclude)
	if err != nil {
		excluded = nil // it is not there, so nothing is in it
	}

	found := make(map[string]string)
	for _, path := range paths {
		if path == stdin {
			found[stdin] = ""
			continue
		}
		walk(path, excluded, found)
	}
	list := make([]source, 0, len(found))
	for path, problem := range found {
		list = append(list, source{path, problem})
	}
	slices.SortFunc(list, func(a, b source) int { return strings.Compare(a.path, b.path) })
	return list
}

func walk(root string, excluded fs.FileInfo, found map[string]string) {
	// The function below returns no error, so the walk has none.
	_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		name := filepath.ToSlash(filepath.Clean(path))
		switch {
		case errors.Is(err, fs.ErrNotExist) && path == root:
			found[name] = "there is no such file or directory: check the path"
		case err != nil:
			found[name] = why(err)
		case !d.IsDir():
			found[name] = irregular(d.Type())
		case same(d, excluded):
			return fs.SkipDir
		}
		return nil
	})
}

// same tells whether a directory entry is that directory, by whatever name.
func same(d fs.DirEntry, dir fs.FileInfo) bool {
	info, err := d.Info()
	return err == nil && dir != nil && os.SameFile(info, dir)
}

// irregular says why a file of such a type is not read, or is "".
func irregular(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeSymlink != 0:
		return "is a symbolic link: name the file that it points to"
	case !mode.IsRegular():
		return "is not a regular file: copy its content into one"
	}
	return ""
}

// openRegular opens a file and makes sure that it is one: what was a file when
// the directory was read may be something else now.
func openRegular(path string) (*os.File, int64, error) {
	f, err := os.Open(filepath.FromSlash(path))
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New(irregular(info.Mode()))
	}
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, info.Size(), nil
}

// A steady reader reads a file as long as it was when it was found, so that one
// that somebody writes to has an end, and fails there if it was changed.
type steady struct {
	f    *os.File
	size int64 // as found
	read int64
}

// changed is the error of a file that is not as it was found.
type changed struct {
	what string
	at   int64
}

func (c changed) Error() string {
	return fmt.Sprintf("%s while it was read, at byte %d: copy it when nobody writes to it, and read the copy", c.what, c.at)
}

func (s *steady) Read(p []byte) (int, error) {
	if s.read == s.size {
		return s.beyond(p)
	}
	n, err := s.f.Read(p[:min(int64(len(p)), s.size-s.read)])
	s.read += int64(n)
	if errors.Is(err, io.EOF) && s.read < s.size {
		err = changed{"was cut", s.read}
	}
	return n, err
}

// beyond is what comes after the end of the file. Files that are made as they
// are read say that they are empty.
func (s *steady) beyond(p []byte) (int, error) {
	if s.size == 0 {
		return s.f.Read(p)
	}
	var more [1]byte
	if n, _ := s.f.ReadAt(more[:], s.size); n > 0 {
		return 0, changed{"grew", s.size}
	}
	return 0, io.EOF
}

func (s *steady) Close() error { return s.f.Close() }

// why says what an error is, without the path that it names: that of the file
// is told beside it, and one of ours says nothing to anybody.
func why(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) && p.Err != nil {
		return p.Err.Error()
	}
	return err.Error()
}
