package text

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"errors"
	"io"
	"unicode/utf8"
)

// maxInflated is how long a text may be that was compressed: a few bytes of
// evidence may stand for more than memory holds.
const maxInflated = 16 << 20

// ErrInflated is the error of a compressed text that is too long.
var ErrInflated = errors.New("a compressed text is longer than 16 MiB")

// Gunzip returns the text that gzip compressed and base64 encoded, or ” if the
// text is not such a one. The error is ErrInflated.
func Gunzip(encoded string) (string, error) {
	return inflate(encoded, func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) })
}

// Inflate returns the text that zlib compressed and base64 encoded, or ” if
// the text is not such a one. The error is ErrInflated.
func Inflate(encoded string) (string, error) {
	return inflate(encoded, func(r io.Reader) (io.Reader, error) { return zlib.NewReader(r) })
}

func inflate(encoded string, open func(io.Reader) (io.Reader, error)) (string, error) {
	packed, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return "", nil //nolint:nilerr // not base64: Kusto gives ''
	}
	r, err := open(bytes.NewReader(packed))
	if err != nil {
		return "", nil //nolint:nilerr // not compressed: Kusto gives ''
	}
	plain, err := io.ReadAll(io.LimitReader(r, maxInflated+1))
	switch {
	case len(plain) > maxInflated:
		return "", ErrInflated
	case err != nil || !utf8.Valid(plain):
		return "", nil //nolint:nilerr // cut off, or no text: Kusto gives ''
	}
	return string(plain), nil
}
