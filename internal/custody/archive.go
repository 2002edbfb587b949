package custody

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"strings"

	"github.com/klauspost/compress/zip"

	"github.com/conshelf/conshelf/internal/evidence"
)

// A sealed archive is a zip file with the case in one directory and the
// originals, under their hashes, in another. It depends on their bytes alone,
// and its comment has the hash of all that comes before.
const (
	archiveCase      = "case"
	archiveOriginals = "originals"
	sealPrefix       = "conshelf seal sha256:"
	sealLength       = len(sealPrefix) + 2*sha256.Size
)

// WriteArchive writes a case, and the originals of its evidence unless they are
// nil. An original that is not as it was is an error: what is sealed is what
// was investigated.
func WriteArchive(w io.Writer, fsys fs.FS, originals Originals) error {
	s := &sealer{w: w, sum: sha256.New()}
	z := zip.NewWriter(s)
	if err := addCase(z, fsys); err != nil {
		return err
	}
	if originals != nil {
		if err := addOriginals(z, fsys, originals); err != nil {
			return err
		}
	}
	if err := z.SetComment(strings.Repeat(" ", sealLength)); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return s.finish()
}

func addCase(z *zip.Writer, fsys fs.FS) error {
	return fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || strings.HasSuffix(name, evidence.PartSuffix) || strings.HasSuffix(name, PendingSuffix) {
			return err
		}
		f, err := fsys.Open(name)
		if err != nil {
			return err
		}
		return errors.Join(add(z, archiveCase+"/"+name, f), f.Close())
	})
}

func add(z *zip.Writer, name string, r io.Reader) error {
	w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	return err
}

func addOriginals(z *zip.Writer, fsys fs.FS, originals Originals) error {
	data, err := fs.ReadFile(fsys, JournalName)
	if err != nil {
		return err
	}
	chain := Read(data)
	done := make(map[evidence.Digest]bool)
	for _, p := range chain.Kept() {
		_, digest := p.found()
		if p.SHA256 == "" || p.Inside || done[digest] {
			continue
		}
		done[digest] = true
		if err := addOriginal(z, originals, p, digest); err != nil {
			return fmt.Errorf("file %d, %s: %w", p.Number, p.Name(), err)
		}
	}
	return nil
}

func addOriginal(z *zip.Writer, originals Originals, p Promise, digest evidence.Digest) error {
	f, from, err := originals.Open(p)
	if err != nil {
		return fmt.Errorf("its original at %s cannot be sealed: %w", from, err)
	}
	h := sha256.New()
	if err := errors.Join(add(z, p.ArchiveName(), io.TeeReader(f, h)), f.Close()); err != nil {
		return err
	}
	if sumOf(h) != digest {
		return fmt.Errorf("its original at %s is not as it was when it was loaded", from)
	}
	return nil
}

// ArchiveName is what the original is called in a sealed archive, in which the
// case is in a directory of its own.
func (p Promise) ArchiveName() string {
	_, digest := p.found()
	return archiveOriginals + "/" + string(digest)
}

// A sealer hashes what is written, and holds back what the seal replaces.
type sealer struct {
	w    io.Writer
	sum  hash.Hash
	tail []byte
}

// Write writes all but the last sealLength bytes.
func (s *sealer) Write(p []byte) (int, error) {
	s.tail = append(s.tail, p...)
	if n := len(s.tail) - sealLength; n > 0 {
		_, _ = s.sum.Write(s.tail[:n]) // a hash never fails
		if _, err := s.w.Write(s.tail[:n]); err != nil {
			return 0, err
		}
		s.tail = append(s.tail[:0], s.tail[n:]...)
	}
	return len(p), nil
}

func (s *sealer) finish() error {
	_, err := io.WriteString(s.w, sealPrefix+string(sumOf(s.sum)))
	return err
}

// An Archive is a sealed archive, open to be read.
type Archive struct {
	zip  *zip.Reader
	Case fs.FS // the case in it
}

// OpenArchive opens a sealed archive. Told is why it is not as it was sealed,
// or ”; the error is why it cannot be read at all.
func OpenArchive(r io.ReaderAt, size int64) (a *Archive, told string, err error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, "", err
	}
	fsys, err := fs.Sub(z, archiveCase)
	if err != nil {
		return nil, "", err
	}
	told, err = broken(r, size)
	return &Archive{z, fsys}, told, err
}

func broken(r io.ReaderAt, size int64) (string, error) {
	if size < int64(sealLength) {
		return "is too short for a sealed archive", nil
	}
	seal := make([]byte, sealLength)
	if _, err := r.ReadAt(seal, size-int64(sealLength)); err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	if !bytes.HasPrefix(seal, []byte(sealPrefix)) {
		return "does not end with a seal", nil
	}
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(r, 0, size-int64(sealLength))); err != nil {
		return "", err
	}
	if string(seal[len(sealPrefix):]) != string(sumOf(h)) {
		return "was changed: it does not have the hash that it was sealed with", nil
	}
	return "", nil
}

// HasOriginals tells whether originals were sealed with the case.
func (a *Archive) HasOriginals() bool {
	for _, f := range a.zip.File {
		if strings.HasPrefix(f.Name, archiveOriginals+"/") {
			return true
		}
	}
	return false
}

// Open opens the original of p; see Originals.
func (a *Archive) Open(p Promise) (io.ReadCloser, string, error) {
	name := p.ArchiveName()
	f, err := a.zip.Open(name)
	if err != nil {
		return nil, name, err
	}
	return f, name, nil
}
