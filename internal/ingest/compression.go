package ingest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// A codec is how one stream of bytes is packed into another.
type codec int

const (
	notPacked codec = iota
	packedGzip
	packedZstd
)

// maxZstdWindow bounds the memory that a Zstandard stream may ask for.
const maxZstdWindow = 128 * mib

// sniffCodec tells how a stream is packed, from its first bytes.
func sniffCodec(head []byte) codec {
	switch {
	case isGzip(head):
		return packedGzip
	case bytes.HasPrefix(head, []byte("\x28\xB5\x2F\xFD")):
		return packedZstd
	case len(head) >= 4 && head[0]&0xF0 == 0x50 && bytes.Equal(head[1:4], []byte("\x2A\x4D\x18")):
		return packedZstd // a frame to skip, before those with data
	}
	return notPacked
}

func isGzip(head []byte) bool { return bytes.HasPrefix(head, []byte{0x1F, 0x8B}) }

// unpack unpacks r, up to the limits. What it returns must be closed.
func (in *Ingester) unpack(c codec, r io.Reader) (io.ReadCloser, error) {
	left := in.limits.Unpacked
	return in.unpackWithin(c, r, newQuota(&left))
}

// unpackWithin unpacks r, up to what the quota leaves.
func (in *Ingester) unpackWithin(c codec, r io.Reader, q *quota) (io.ReadCloser, error) {
	packed := &counter{r: r}
	z, err := open(c, packed)
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	return readCloser{&unpacked{r: z, quota: q, packed: packed.n.Load, limits: in.limits}, z}, nil
}

func open(c codec, r io.Reader) (io.ReadCloser, error) {
	switch c {
	case packedGzip:
		return gzip.NewReader(r)
	case packedZstd:
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxZstdWindow))
		if err != nil {
			return nil, err
		}
		return z.IOReadCloser(), nil
	case notPacked:
	}
	panic("ingest: unknown codec")
}

// A quota is what a container may still unpack to. What is read twice counts
// once.
type quota struct {
	left    *int64
	charged int64
}

func newQuota(left *int64) *quota { return &quota{left: left} }

// charge tells whether n bytes from the beginning are within the quota.
func (q *quota) charge(n int64) bool {
	if n > q.charged {
		*q.left -= n - q.charged
		q.charged = n
	}
	return *q.left >= 0
}

// unpacked reads what a container unpacks to, and stops at the limits.
type unpacked struct {
	r      io.Reader
	n      int64
	quota  *quota
	packed func() int64 // bytes that it was unpacked from so far
	limits Limits
}

var (
	errTooLarge = errors.New("unpacks to more than the limit: raise it with --max-unpacked, or unpack it yourself")
	errTooDense = errors.New("is packed too densely to be an honest file: unpack it yourself and name the file")
)

func (u *unpacked) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	u.n += int64(n)
	switch {
	case !u.quota.charge(u.n):
		return 0, errTooLarge
	case u.n > u.limits.RatioFloor && u.n/u.limits.Ratio > u.packed():
		return 0, errTooDense
	}
	return n, err
}

// A counter counts what is read through it. The count may be asked for meanwhile.
type counter struct {
	r io.Reader
	n atomic.Int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	return n, err
}

type readCloser struct {
	io.Reader
	io.Closer
}

// A layered reader closes all that it reads through.
type layered struct {
	io.Reader
	closers []io.Closer // the outermost first
}

func (l layered) Close() error {
	var errs []error
	for _, c := range l.closers {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// peeked returns the first bytes of r.
func peeked(r io.Reader) []byte {
	head, _ := bufio.NewReaderSize(r, headSize).Peek(headSize)
	return head
}
