package ingest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"testing"
	"testing/iotest"
)

func TestAllThatIsReadIsHashed(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789abc"), 50_000) // more than one piece
	for name, r := range map[string]io.Reader{
		"at once": bytes.NewReader(data), "halves": iotest.HalfReader(bytes.NewReader(data)), "bytes": iotest.OneByteReader(bytes.NewReader(data)),
		"data with the end": iotest.DataErrReader(bytes.NewReader(data)),
	} {
		h := newHashed(r)
		got, err := io.ReadAll(h)
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
		if want := sha256.Sum256(data); string(digest(h.h)) != hex.EncodeToString(want[:]) {
			t.Errorf("%s: %s, want %x", name, digest(h.h), want)
		}
	}
}
