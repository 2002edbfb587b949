package custody

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/evidence"
)

// A FileState is a file of the case as it was: the digests of its blocks, so
// that the place of a change can be told.
type FileState struct {
	Name   string            `json:"name"` // in the case, slashes
	Size   int64             `json:"size"`
	Block  int64             `json:"block"` // bytes of a block; the last one may be shorter
	SHA256 []evidence.Digest `json:"sha256"`
}

// A file has at most maxBlocks blocks, none smaller than minBlock: what the
// database writes at once.
const (
	minBlock  = 256 << 10
	maxBlocks = 512
)

func blockSize(size int64) int64 {
	block := int64(minBlock)
	for size > block*maxBlocks {
		block *= 2
	}
	return block
}

// StateOf reads a file of the case.
func StateOf(fsys fs.FS, name string) (state FileState, err error) {
	f, err := fsys.Open(name)
	if err != nil {
		return FileState{}, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return FileState{}, err
	}
	return stateOf(name, f, blockSize(info.Size()))
}

// StateOfBytes is the state of a file that has those bytes.
func StateOfBytes(name string, data []byte) FileState {
	state, err := stateOf(name, strings.NewReader(string(data)), blockSize(int64(len(data))))
	if err != nil {
		panic(err) // memory can be read
	}
	return state
}

func stateOf(name string, r io.Reader, block int64) (FileState, error) {
	state := FileState{Name: name, Block: block}
	h := sha256.New()
	for {
		h.Reset()
		n, err := io.CopyN(h, r, block)
		if n > 0 {
			state.Size += n
			state.SHA256 = append(state.SHA256, sumOf(h))
		}
		if errors.Is(err, io.EOF) {
			return state, nil
		}
		if err != nil {
			return FileState{}, err
		}
	}
}

func sumOf(h hash.Hash) evidence.Digest { return evidence.Digest(hex.EncodeToString(h.Sum(nil))) }

// diff says how a file differs from what it was, or is ”.
func (s FileState) diff(fsys fs.FS) string {
	f, err := fsys.Open(s.Name)
	if errors.Is(err, fs.ErrNotExist) {
		return "is not there any more"
	}
	if err != nil {
		return "cannot be read: " + err.Error()
	}
	defer func() { _ = f.Close() }() // it was only read
	now, err := stateOf(s.Name, f, max(s.Block, 1))
	if err != nil {
		return "cannot be read: " + err.Error()
	}
	return s.compare(now)
}

func (s FileState) compare(now FileState) string {
	var places []string
	for i := range min(len(s.SHA256), len(now.SHA256)) {
		if s.SHA256[i] == now.SHA256[i] {
			continue
		}
		from := int64(i) * s.Block
		places = append(places, fmt.Sprintf("%d to %d", from, min(from+s.Block, now.Size)-1))
	}
	switch {
	case now.Size != s.Size && len(places) == 0:
		return fmt.Sprintf("has %d bytes, and had %d", now.Size, s.Size)
	case now.Size != s.Size:
		return fmt.Sprintf("has %d bytes, and had %d; changed: bytes %s", now.Size, s.Size, few(places))
	case len(places) > 0:
		return "changed: bytes " + few(places)
	case !slices.Equal(s.SHA256, now.SHA256):
		return "changed"
	}
	return ""
}

// few lists the first of many.
func few(list []string) string {
	const most = 4
	if len(list) <= most {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more blocks", strings.Join(list[:most], ", "), len(list)-most)
}
