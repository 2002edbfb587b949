package ingest

import (
	"archive/tar"
	"bytes"
	"cmp"
	"errors"
	"io"
	"strconv"
	"strings"
)

// isTar tells whether head is the header of a tar archive's first member: its
// sum is in it.
func isTar(head []byte) bool {
	if len(head) < headSize || head[0] == 0 {
		return false
	}
	want, err := strconv.ParseInt(strings.Trim(string(head[148:156]), " \x00"), 8, 64)
	if err != nil {
		return false
	}
	sum := int64(0)
	for i, c := range head[:headSize] {
		if i >= 148 && i < 156 {
			c = ' '
		}
		sum += int64(c)
	}
	return sum == want
}

// tar lists the members of a tar archive, in its own order: one that is packed
// can only be read from its beginning.
func (o *opener) tar(e entry, r io.ReaderAt, packing codec, depth int) []entry {
	t := &tarball{o: o, e: e, packing: packing, quota: newQuota(o.left), kept: -1}
	if packing == notPacked {
		t.at = r
	}
	o.closers = append(o.closers, t.end)
	list, err := t.list(depth)
	if err != nil {
		cut := e
		cut.problem = "is a tar archive that cannot be read to its end: " + why(err)
		if !errors.Is(err, errTooDense) && !errors.Is(err, errTooLarge) { // which say what to do
			cut.problem += ": copy it again, or unpack it"
		}
		return append(list, cut)
	}
	if len(list) == 0 {
		return refused(e, "is an archive without files")
	}
	return list
}

// A tarball is a tar archive of which one member is read at a time.
type tarball struct {
	o       *opener
	e       entry
	packing codec
	quota   *quota
	at      io.ReaderAt // nil: it can only be read from its beginning

	stream io.ReadCloser
	tar    *tar.Reader
	next   int    // the member that the stream comes to next
	kept   int    // the member that data is of, or -1
	data   []byte // of a small member, which may be asked for again
}

// keptMember is how large a member may be to be kept.
const keptMember = 4 * mib

var errTooMany = errors.New("it has too many members")

func (t *tarball) list(depth int) ([]entry, error) {
	stream, err := t.o.unpacked(t.e, t.packing, t.quota)
	if err != nil {
		return nil, err
	}
	defer func() { _ = stream.Close() }()
	c := &counter{r: stream}
	members := tar.NewReader(c)
	var list []entry
	for n := 0; ; n++ {
		h, err := members.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return list, err
		}
		if t.o.admit(1) != "" {
			return list, errTooMany
		}
		if h.Typeflag != tar.TypeDir && h.Typeflag != tar.TypeXGlobalHeader {
			list = append(list, t.member(h, n, c.n.Load()))
		}
	}
	var all []entry
	for _, e := range list {
		all = append(all, t.o.inside(e, depth)...)
	}
	return all, nil
}

// member is the n-th member, whose bytes begin at an offset.
func (t *tarball) member(h *tar.Header, n int, offset int64) entry {
	e := memberOf(t.e, h.Name, h.Size)
	if isSparse(h) {
		e.problem = cmp.Or(e.problem, "is a sparse file inside an archive: unpack it first")
		return e // its holes have no bytes to digest
	}
	if h.Typeflag != tar.TypeReg {
		e.problem = cmp.Or(e.problem, "is a link or a device inside an archive")
	}
	e.open = func() (io.ReadCloser, error) { return t.open(n, h.Size) }
	if t.at != nil {
		e.open = func() (io.ReadCloser, error) {
			return io.NopCloser(io.NewSectionReader(t.at, offset, h.Size)), nil
		}
	}
	return e
}

// isSparse tells whether a member has holes, which may be of any size.
func isSparse(h *tar.Header) bool {
	if h.Typeflag == tar.TypeGNUSparse {
		return true
	}
	for name := range h.PAXRecords {
		if strings.HasPrefix(name, "GNU.sparse.") {
			return true
		}
	}
	return false
}

// open opens the n-th member.
func (t *tarball) open(n int, size int64) (io.ReadCloser, error) {
	if t.kept == n {
		return io.NopCloser(bytes.NewReader(t.data)), nil
	}
	if err := t.forward(n); err != nil {
		t.end()
		return nil, err
	}
	if size > keptMember {
		return io.NopCloser(t.tar), nil
	}
	data, err := io.ReadAll(t.tar)
	if err != nil {
		t.end()
		return nil, err
	}
	t.kept, t.data = n, data
	return io.NopCloser(bytes.NewReader(data)), nil
}

// forward goes to the n-th member, from the beginning if it is passed.
func (t *tarball) forward(n int) error {
	if t.stream == nil || n < t.next {
		t.end()
		stream, err := t.o.unpacked(t.e, t.packing, t.quota)
		if err != nil {
			return err
		}
		t.stream, t.tar, t.next = stream, tar.NewReader(stream), 0
	}
	for ; t.next <= n; t.next++ {
		if _, err := t.tar.Next(); err != nil {
			return err
		}
	}
	return nil
}

// end lets go of the stream.
func (t *tarball) end() {
	if t.stream != nil {
		_ = t.stream.Close()
	}
	t.stream, t.tar, t.next, t.kept, t.data = nil, nil, 0, -1, nil
}
