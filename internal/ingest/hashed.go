package ingest

import (
	"crypto/sha256"
	"hash"
	"io"
)

// A hashed reader hashes what is read through it. It reads in pieces that are
// still in the processor's cache when they are hashed: that costs less than
// handing copies of them to another processor.
type hashed struct {
	r io.Reader
	h hash.Hash
}

const hashedPiece = 256 << 10

func newHashed(r io.Reader) *hashed { return &hashed{r, sha256.New()} }

func (h *hashed) Read(p []byte) (int, error) {
	n, err := h.r.Read(p[:min(len(p), hashedPiece)])
	_, _ = h.h.Write(p[:n]) // a hash never fails
	return n, err
}
