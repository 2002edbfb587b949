package ingest

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zip"
)

// An entry is something to read: a file, or a member of an archive.
type entry struct {
	path    string
	member  string
	size    int64  // as found: a member's after unpacking
	problem string // why it is not read
	nested  bool   // it was inside an archive
	origin  origin
	open    func() (io.ReadCloser, error)
}

// A shelf is the entries of one source, and what must be closed after them.
type shelf struct {
	entries []entry
	close   func() error
}

func one(e entry) shelf { return shelf{[]entry{e}, func() error { return nil }} }

// shelf opens a source. A source that cannot be opened is an entry with a
// problem.
func (in *Ingester) shelf(s source) shelf {
	whole := entry{path: s.path, problem: s.problem}
	if s.problem != "" {
		return one(whole)
	}
	file, remove := s.path, nothing
	if s.path == stdin {
		file, remove, whole.problem = in.spool()
		if whole.problem != "" {
			return one(whole)
		}
	}
	f, size, err := openRegular(file)
	if err != nil {
		whole.problem = "cannot be opened: " + err.Error()
		return shelf{[]entry{whole}, remove}
	}
	closer := func() error { return errors.Join(f.Close(), remove()) }
	whole.origin = in.originOf(s.path, f)
	head := make([]byte, 4)
	n, _ := f.ReadAt(head, 0)
	if isZip(head[:n]) {
		return in.archive(whole, f, size, closer)
	}
	whole.size = size
	whole.open = func() (io.ReadCloser, error) {
		f, _, err := openRegular(file)
		return f, err
	}
	return shelf{[]entry{whole}, closer}
}

func isZip(head []byte) bool {
	return bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06"))
}

func isGzip(head []byte) bool { return bytes.HasPrefix(head, []byte{0x1F, 0x8B}) }

// archive lists the members of a zip archive, sorted by name.
func (in *Ingester) archive(whole entry, r io.ReaderAt, size int64, closer func() error) shelf {
	refuse := func(problem string) shelf {
		return shelf{[]entry{{path: whole.path, size: size, problem: problem, origin: whole.origin}}, closer}
	}
	archive, err := archiveOf(io.NewSectionReader(r, 0, size))
	if err != nil {
		return refuse("cannot be read: " + err.Error())
	}
	whole.origin.archive = archive
	z, err := zip.NewReader(r, size)
	if err != nil {
		return refuse("is a zip archive that cannot be read: " + err.Error() + ": copy it again, or unpack it")
	}
	if len(z.File) > in.limits.Members {
		return refuse(fmt.Sprintf("has %d members, more than %d: unpack it and name the directory", len(z.File), in.limits.Members))
	}
	if overlapping(z.File) {
		return refuse("has members that overlap, as only a hostile archive does")
	}
	left := in.limits.Unpacked
	shelf := shelf{close: closer}
	for _, f := range z.File {
		if f.Name == "[Content_Types].xml" {
			return refuse("is an Office document: save its sheet as CSV")
		}
		if !strings.HasSuffix(f.Name, "/") {
			shelf.entries = append(shelf.entries, in.member(whole, f, &left))
		}
	}
	if len(shelf.entries) == 0 {
		return refuse("is an archive without files")
	}
	slices.SortStableFunc(shelf.entries, func(a, b entry) int { return strings.Compare(a.member, b.member) })
	return shelf
}

// member is one member of an archive. Left is what the archive may still
// unpack to.
func (in *Ingester) member(whole entry, f *zip.File, left *int64) entry {
	e := entry{path: whole.path, origin: whole.origin, member: f.Name, size: int64(f.UncompressedSize64), nested: true}
	switch {
	case f.Mode()&fs.ModeSymlink != 0 || !f.Mode().IsRegular():
		e.problem = "is a link or a device inside an archive"
	case f.Flags&1 != 0:
		e.problem = "is encrypted: unpack it first"
	}
	e.open = func() (io.ReadCloser, error) {
		r, err := f.Open()
		if err != nil {
			return nil, err
		}
		packed := func() int64 { return int64(f.CompressedSize64) }
		return readCloser{&unpacked{r: r, left: left, packed: packed, limits: in.limits}, r}, nil
	}
	return e
}

type readCloser struct {
	io.Reader
	io.Closer
}

// overlapping tells whether two members claim the same bytes of an archive.
func overlapping(files []*zip.File) bool {
	type span struct{ start, end int64 }
	spans := make([]span, 0, len(files))
	for _, f := range files {
		start, err := f.DataOffset()
		if err != nil {
			continue // opening it says why
		}
		spans = append(spans, span{start, start + int64(f.CompressedSize64)})
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.start, b.start) })
	for i := 1; i < len(spans); i++ {
		if spans[i].start < spans[i-1].end {
			return true
		}
	}
	return false
}

// unpacked reads what a container unpacks to, and stops at the limits.
type unpacked struct {
	r      io.Reader
	n      int64
	left   *int64
	packed func() int64 // bytes that it was unpacked from so far
	limits Limits
}

var (
	errTooLarge = errors.New("unpacks to more than the limit: unpack it yourself and name the file")
	errTooDense = errors.New("is packed too densely to be an honest file: unpack it yourself and name the file")
)

func (u *unpacked) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	u.n += int64(n)
	*u.left -= int64(n)
	switch {
	case *u.left < 0:
		return 0, errTooLarge
	case u.n > u.limits.RatioFloor && u.n > u.limits.Ratio*u.packed():
		return 0, errTooDense
	}
	return n, err
}

// gunzip unpacks r.
func (in *Ingester) gunzip(r io.Reader) (io.Reader, error) {
	packed := &counter{r: r}
	z, err := gzip.NewReader(packed)
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	left := in.limits.Unpacked
	return &unpacked{r: z, left: &left, packed: func() int64 { return packed.n }, limits: in.limits}, nil
}

// A counter counts what is read through it.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
