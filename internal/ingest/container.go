package ingest

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/klauspost/compress/zip"
	"github.com/klauspost/compress/zstd"
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
	size    int64 // of the source, as found
	close   func() error
}

func one(e entry) shelf { return shelf{[]entry{e}, 0, func() error { return nil }} }

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
		whole.problem = "cannot be opened: " + why(err)
		return shelf{[]entry{whole}, 0, remove}
	}
	closer := func() error { return errors.Join(f.Close(), remove()) }
	whole.origin = in.originOf(s.path, f)
	whole.size = size
	whole.open = func() (io.ReadCloser, error) {
		f, _, err := openRegular(file)
		if err != nil {
			return nil, err
		}
		return &steady{f: f, size: size}, nil
	}
	return in.unfold(whole, f, closer)
}

// unfold returns the entries of a file whose bytes are at r: itself, or its
// members if it is an archive, or those of archives in it.
func (in *Ingester) unfold(whole entry, r io.ReaderAt, closer func() error) shelf {
	left := in.limits.Unpacked
	o := &opener{in: in, left: &left, members: in.limits.Members}
	list := o.unfold(whole, r, 0)
	return shelf{list, whole.size, func() error {
		o.close()
		return closer()
	}}
}

// An opener finds the members of one file, and of the archives in it.
type opener struct {
	in      *Ingester
	left    *int64 // bytes that all of it may still unpack to
	members int    // how many members there may still be
	closers []func()
}

// close lets go of the archives that are still open.
func (o *opener) close() {
	for _, end := range o.closers {
		end()
	}
}

// maxNested is how many archives a member may be in.
const maxNested = 2

// unfold lists the members of e, whose bytes are at r or, if that is nil, must
// be read. Depth is the number of archives that it is in.
func (o *opener) unfold(e entry, r io.ReaderAt, depth int) []entry {
	head, err := o.head(e)
	if err != nil {
		return []entry{e} // reading it says what is wrong
	}
	kind, packing := o.kindOf(e, head)
	if kind == notArchive {
		return []entry{e}
	}
	if depth == maxNested {
		e.problem = "is an archive inside an archive inside an archive: unpack it first"
		return []entry{e}
	}
	if depth == 0 {
		if e.origin.archive, err = archiveOf(io.NewSectionReader(r, 0, e.size)); err != nil {
			return refused(e, "cannot be read: "+why(err))
		}
	}
	if kind == zipArchive {
		return o.zip(e, r, packing, depth)
	}
	return o.tar(e, r, packing, depth)
}

// What an archive may be.
type archiveKind int

const (
	notArchive archiveKind = iota
	zipArchive
	tarArchive
)

// headSize is how much of a file tells what it is: a header of tar.
const headSize = 512

func kindOfArchive(head []byte) archiveKind {
	switch {
	case isZip(head):
		return zipArchive
	case isTar(head):
		return tarArchive
	}
	return notArchive
}

func isZip(head []byte) bool {
	return bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06"))
}

// head returns the first bytes of e.
func (o *opener) head(e entry) ([]byte, error) {
	r, err := e.open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	return peeked(r), nil
}

// kindOf tells what archive a file is, and how it is packed.
func (o *opener) kindOf(e entry, head []byte) (archiveKind, codec) {
	packing := sniffCodec(head)
	if packing == notPacked {
		return kindOfArchive(head), notPacked
	}
	r, err := o.unpacked(e, packing, new(quota))
	if err != nil {
		return notArchive, packing
	}
	defer func() { _ = r.Close() }()
	return kindOfArchive(peeked(r)), packing
}

// unpacked opens e and unpacks it. The zero quota leaves enough for a look.
func (o *opener) unpacked(e entry, packing codec, q *quota) (io.ReadCloser, error) {
	if q.left == nil {
		look := int64(gib)
		q.left = &look
	}
	r, err := e.open()
	if err != nil || packing == notPacked {
		return r, err
	}
	z, err := o.in.unpackWithin(packing, bufio.NewReaderSize(r, 64<<10), q)
	if err != nil {
		_ = r.Close()
		return nil, err
	}
	return layered{z, []io.Closer{z, r}}, nil
}

func refused(e entry, problem string) []entry {
	e.problem = problem
	return []entry{e}
}

// maxInner bounds an archive inside an archive, which is held in memory.
const maxInner = 128 * mib

// zip lists the members of a zip archive, sorted by name.
func (o *opener) zip(e entry, r io.ReaderAt, packing codec, depth int) []entry {
	size := e.size
	if r == nil || packing != notPacked {
		data, problem := o.whole(e, packing)
		if problem != "" {
			return refused(e, problem)
		}
		r, size = bytes.NewReader(data), int64(len(data))
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		return refused(e, "is a zip archive that cannot be read: "+why(err)+": copy it again, or unpack it")
	}
	z.RegisterDecompressor(zstd.ZipMethodWinZip, zstd.ZipDecompressor(zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxZstdWindow)))
	if problem := o.admit(len(z.File)); problem != "" {
		return refused(e, problem)
	}
	if overlapping(z.File) {
		return refused(e, "has members that overlap, as only a hostile archive does")
	}
	var list []entry
	for _, f := range z.File {
		if f.Name == "[Content_Types].xml" {
			return refused(e, "is an Office document: save its sheet as CSV")
		}
		if !strings.HasSuffix(f.Name, "/") {
			list = append(list, o.inside(o.zipMember(e, f), depth)...)
		}
	}
	if len(list) == 0 {
		return refused(e, "is an archive without files")
	}
	slices.SortStableFunc(list, func(a, b entry) int { return strings.Compare(a.member, b.member) })
	return list
}

// admit counts members, and says when there are too many.
func (o *opener) admit(n int) string {
	if o.members -= n; o.members < 0 {
		return fmt.Sprintf("has %d members, more than %d: unpack it and name the directory", n, o.in.limits.Members)
	}
	return ""
}

// inside returns a member, or its members if it is an archive itself.
func (o *opener) inside(e entry, depth int) []entry {
	if e.problem != "" {
		return []entry{e}
	}
	return o.unfold(e, nil, depth+1)
}

// whole reads an archive that is inside another, or packed.
func (o *opener) whole(e entry, packing codec) ([]byte, string) {
	r, err := o.unpacked(e, packing, newQuota(o.left))
	if err != nil {
		return nil, "cannot be opened: " + why(err)
	}
	defer func() { _ = r.Close() }()
	data, err := io.ReadAll(io.LimitReader(r, maxInner+1))
	switch {
	case err != nil:
		return nil, "cannot be read to its end: " + why(err)
	case len(data) > maxInner:
		return nil, fmt.Sprintf("is an archive inside another file and larger than %d bytes: unpack it first", maxInner)
	}
	return data, ""
}

// zipMember is one member of a zip archive.
func (o *opener) zipMember(in entry, f *zip.File) entry {
	e := memberOf(in, f.Name, int64(f.UncompressedSize64))
	switch {
	case e.problem != "":
	case f.Mode()&fs.ModeSymlink != 0 || !f.Mode().IsRegular():
		e.problem = "is a link or a device inside an archive"
	case f.Flags&1 != 0:
		e.problem = "is encrypted: unpack it first"
	}
	q := newQuota(o.left)
	e.open = func() (io.ReadCloser, error) {
		r, err := f.Open()
		if err != nil {
			return nil, err
		}
		packed := func() int64 { return int64(f.CompressedSize64) }
		return readCloser{&unpacked{r: r, quota: q, packed: packed, limits: o.in.limits}, r}, nil
	}
	return e
}

// memberOf is the member of an archive that has that name.
func memberOf(in entry, name string, size int64) entry {
	e := entry{path: in.path, origin: in.origin, member: name, size: size, nested: true}
	if in.member != "" {
		e.member = in.member + "!" + name
	}
	if leadsOut(name) {
		e.problem = "has a name that leads out of the archive: unpack it where it does no harm, and name the directory"
	}
	return e
}

// leadsOut tells whether a member's name is a path that leaves the directory
// into which the archive would be unpacked.
func leadsOut(name string) bool {
	name = strings.ReplaceAll(name, `\`, "/")
	drive := len(name) > 1 && name[1] == ':'
	clean := path.Clean(name)
	return drive || strings.HasPrefix(name, "/") || clean == ".." || strings.HasPrefix(clean, "../")
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
