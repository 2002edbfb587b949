package ingest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"testing"
	"testing/iotest"
)

func TestDigesterHashesAllInOrder(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789abc"), 5000)
	want := sha256.Sum256(data)
	for name, r := range map[string]io.Reader{
		"at once": bytes.NewReader(data), "halves": iotest.HalfReader(bytes.NewReader(data)), "bytes": iotest.OneByteReader(bytes.NewReader(data)),
	} {
		d := newDigester()
		buffer := make([]byte, 4096) // used again for each read: a digester that kept it would hash something else
		for {
			n, err := r.Read(buffer)
			_, _ = d.Write(buffer[:n])
			if err != nil {
				break
			}
		}
		if got := d.sum(); string(got) != hex.EncodeToString(want[:]) {
			t.Errorf("%s: %s, want %x", name, got, want)
		}
	}
	if got, none := newDigester().sum(), sha256.Sum256(nil); string(got) != hex.EncodeToString(none[:]) {
		t.Errorf("of nothing: %s", got)
	}
}
