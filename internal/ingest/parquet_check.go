package ingest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go/format"
)

// A Parquet file of a few bytes can claim parts of any length. What it claims
// is added up here, before anything is allocated because of it.

const (
	parquetFooter   = 16 * mib
	parquetElements = 250_000 // in the lists of a footer
	parquetColumns  = 5_000
	parquetHeader   = 1 * mib // of a page
)

// checkParquet checks what the file says at its end.
func checkParquet(r io.ReaderAt, size int64) error {
	if size < 12 {
		return errors.New("is a Parquet file that was cut off")
	}
	tail := make([]byte, 8)
	if _, err := r.ReadAt(tail, size-8); err != nil {
		return fmt.Errorf("is a Parquet file whose end cannot be read: %w", err)
	}
	if string(tail[4:]) != parquetMagic {
		return errors.New("is a Parquet file that was cut off, or is encrypted: export it again")
	}
	length := int64(binary.LittleEndian.Uint32(tail))
	if length > parquetFooter || length > size-12 {
		return fmt.Errorf("is a Parquet file that describes itself in %d bytes, more than are read", length)
	}
	footer := make([]byte, length)
	if _, err := r.ReadAt(footer, size-8-length); err != nil {
		return fmt.Errorf("is a Parquet file whose end cannot be read: %w", err)
	}
	t := thrift{b: footer, columns: parquetColumns}
	t.structure(0, 0)
	if t.bad {
		return errors.New("is a Parquet file that describes itself in a way that cannot be, or has too many columns")
	}
	return nil
}

// checkPages checks the headers of all pages.
func checkPages(r io.ReaderAt, size int64, meta *format.FileMetaData) error {
	for _, group := range meta.RowGroups {
		open := int64(0)
		for i := range group.Columns {
			chunk := &group.Columns[i].MetaData
			start := chunk.DataPageOffset
			if d := chunk.DictionaryPageOffset; d > 0 && d < start {
				start = d
			}
			if start < 0 || chunk.TotalCompressedSize < 0 || start > size || chunk.TotalCompressedSize > size-start {
				return errors.New("is a Parquet file that was cut off, or whose parts lie beyond its end")
			}
			most, err := mostOfPages(io.NewSectionReader(r, start, chunk.TotalCompressedSize))
			if err != nil {
				return err
			}
			if open += most; open > parquetMemory {
				return fmt.Errorf("is a Parquet file whose pages take more than %d bytes at once: export it again with smaller ones", parquetMemory)
			}
		}
	}
	return nil
}

// mostOfPages returns how much memory the pages of a column take at most: the
// dictionary, and the largest page with eight bytes for each value.
func mostOfPages(r *io.SectionReader) (int64, error) {
	var dictionary, largest int64
	head := make([]byte, 4<<10)
	for at := int64(0); at < r.Size(); {
		n, err := r.ReadAt(head, at)
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, fmt.Errorf("is a Parquet file that cannot be read: %w", err)
		}
		t := thrift{b: head[:n]}
		t.structure(0, 0)
		if t.bad {
			if len(head) < parquetHeader && n == len(head) {
				head = make([]byte, 4*len(head))
				continue
			}
			return 0, errors.New("is a Parquet file with a page that cannot be")
		}
		if t.packed < 0 || t.packed > r.Size()-at-int64(t.i) || t.unpacked < 0 || t.values < 0 {
			return 0, errors.New("is a Parquet file with a page that lies beyond its column")
		}
		need := t.unpacked + 8*t.values
		if t.dictionary {
			dictionary = max(dictionary, need)
		} else {
			largest = max(largest, need)
		}
		at += int64(t.i) + t.packed
	}
	return dictionary + largest, nil
}

// A thrift walks over a structure in Thrift's compact protocol without building
// it, and notes what a page's header says.
type thrift struct {
	b        []byte
	i        int
	bad      bool // it ends early, or claims more than it holds
	elements int
	columns  int // most elements of the second member, a file's schema; 0: any

	unpacked, packed, values int64 // of a page
	dictionary               bool
}

// structure passes the members of a structure that is in that member of the
// outermost one, or is it (0).
func (t *thrift) structure(in int64, depth int) {
	id := int64(0)
	for !t.bad {
		head := t.byte()
		if head == 0 {
			return
		}
		if delta := int64(head >> 4); delta > 0 {
			id += delta
		} else {
			id = t.zigzag()
		}
		t.member(in, id, head&15, depth)
	}
}

// member passes one value.
func (t *thrift) member(in, id int64, kind byte, depth int) {
	if depth > 32 {
		t.bad = true
		return
	}
	switch kind {
	case 1, 2: // the head says true or false
	case 3:
		t.skip(1)
	case 4, 5, 6:
		t.note(in, id, t.zigzag())
	case 7:
		t.skip(8)
	case 8:
		t.skip(t.uvarint())
	case 9, 10:
		t.list(in, id, depth)
	case 12:
		t.structure(id, depth+1)
	default: // Parquet has no maps
		t.bad = true
	}
}

// note keeps a number of a page's header.
func (t *thrift) note(in, id, n int64) {
	switch {
	case in == 0 && id == 2:
		t.unpacked = n
	case in == 0 && id == 3:
		t.packed = n
	case id == 1 && (in == 5 || in == 7 || in == 8):
		t.values = n
		t.dictionary = in == 7
	}
}

func (t *thrift) list(in, id int64, depth int) {
	head := t.byte()
	n := uint64(head >> 4)
	if n == 15 {
		n = t.uvarint()
	}
	if n > uint64(len(t.b)-t.i) || t.elements+int(n) > parquetElements || t.columns > 0 && depth == 0 && id == 2 && n > uint64(t.columns) {
		t.bad = true
		return
	}
	t.elements += int(n)
	kind := head & 15
	for range n {
		if t.bad {
			return
		}
		if kind == 1 || kind == 2 {
			t.skip(1)
			continue
		}
		t.member(in<<8|0xFF, id, kind, depth+1)
	}
}

func (t *thrift) byte() byte {
	if t.i >= len(t.b) {
		t.bad = true
		return 0
	}
	t.i++
	return t.b[t.i-1]
}

func (t *thrift) skip(n uint64) {
	if n > uint64(len(t.b)-t.i) {
		t.bad = true
		return
	}
	t.i += int(n)
}

func (t *thrift) uvarint() uint64 {
	n, size := binary.Uvarint(t.b[t.i:])
	if size <= 0 {
		t.bad = true
		return 0
	}
	t.i += size
	return n
}

func (t *thrift) zigzag() int64 {
	n := t.uvarint()
	return int64(n>>1) ^ -int64(n&1)
}
