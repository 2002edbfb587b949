package custody

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/kql/types"
)

// shortDigest is how many bytes of a row's digest RowsName keeps: enough to
// tell which row it is that changed. That some did, the full digests show.
const shortDigest = 8

// A RowFile is where the digests of stored rows are kept. For each row it has
// the number of its table within the file, the record and the digest's first
// bytes.
type RowFile struct {
	f   *os.File
	end int64
}

// OpenRows opens the digests of the case in dir, to be added to after end: what
// is behind it no line of the journal knows.
func OpenRows(dir string, end int64) (*RowFile, error) {
	f, err := os.OpenFile(filepath.Join(dir, RowsName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the digests of rows: %w", err)
	}
	info, err := f.Stat()
	if err == nil && info.Size() > end {
		err = f.Truncate(end)
	}
	if err != nil {
		return nil, fmt.Errorf("open the digests of rows: %w", errors.Join(err, f.Close()))
	}
	return &RowFile{f, end}, nil
}

// Close closes the file.
func (r *RowFile) Close() error { return r.f.Close() }

// Begin notes the rows of one file.
func (r *RowFile) Begin() *RowNotes {
	return &RowNotes{file: r, at: r.end, region: sha256.New(), tables: make(map[string]*noted)}
}

// RowNotes are the digests of one file's rows.
type RowNotes struct {
	file   *RowFile
	at     int64 // where buffer goes
	buffer []byte
	region hash.Hash
	tables map[string]*noted
	order  []*noted
	begun  bool // something may be behind the file's end
	// finished notes are the file's.
	finished bool
}

type noted struct {
	TableRows
	number  int
	columns int
	hasher  *rowHasher
	sum     hash.Hash
}

const noteBuffer = 256 << 10

// Stored notes rows as they are stored; see engine.Witness.
func (n *RowNotes) Stored(table types.Table, vectors []*engine.Vector, origins []engine.Origin) error {
	t := n.table(table)
	for i, o := range origins {
		digest := t.hasher.stored(o, vectors, i)
		_, _ = t.sum.Write(digest[:]) // a hash never fails
		t.Rows++
		n.buffer = binary.AppendUvarint(n.buffer, uint64(t.number))
		n.buffer = binary.AppendVarint(n.buffer, o.Record)
		n.buffer = append(n.buffer, digest[:shortDigest]...)
	}
	if len(n.buffer) < noteBuffer {
		return nil
	}
	return n.flush()
}

func (n *RowNotes) table(table types.Table) *noted {
	t, ok := n.tables[table.Name]
	if !ok {
		t = &noted{TableRows: TableRows{Table: table.Name}, number: len(n.order), sum: sha256.New()}
		n.tables[table.Name] = t
		n.order = append(n.order, t)
	}
	if t.hasher == nil || t.columns != len(table.Columns) {
		t.hasher, t.columns = newRowHasher(table.Columns), len(table.Columns)
	}
	return t
}

func (n *RowNotes) flush() error {
	n.begun = true
	if _, err := n.file.f.WriteAt(n.buffer, n.at); err != nil {
		return fmt.Errorf("write the digests of rows: %w", err)
	}
	_, _ = n.region.Write(n.buffer) // a hash never fails
	n.at += int64(len(n.buffer))
	n.buffer = n.buffer[:0]
	return nil
}

// Finish makes the notes durable, and returns what a line of the journal has to
// say of them.
func (n *RowNotes) Finish() ([]TableRows, Region, error) {
	if err := n.flush(); err != nil {
		return nil, Region{}, err
	}
	if err := n.file.f.Sync(); err != nil {
		return nil, Region{}, fmt.Errorf("write the digests of rows: %w", err)
	}
	region := Region{Offset: n.file.end, Length: n.at - n.file.end, SHA256: sumOf(n.region)}
	tables := make([]TableRows, len(n.order))
	for i, t := range n.order {
		tables[i] = t.TableRows
		tables[i].SHA256 = sumOf(t.sum)
	}
	n.file.end, n.finished = n.at, true
	return tables, region, nil
}

// Discard forgets the notes. After Finish it does nothing.
func (n *RowNotes) Discard() error {
	if n.finished || !n.begun {
		return nil
	}
	if err := n.file.f.Truncate(n.file.end); err != nil {
		return fmt.Errorf("take back the digests of rows: %w", err)
	}
	return nil
}

// A noteReader reads the notes of one table of one file.
type noteReader struct {
	r      *bufio.Reader
	number int
	next   note
	ok     bool
}

type note struct {
	record int64
	digest [shortDigest]byte
}

func newNoteReader(rows io.ReaderAt, region Region, number int) *noteReader {
	r := &noteReader{r: bufio.NewReader(io.NewSectionReader(rows, region.Offset, region.Length)), number: number}
	r.advance()
	return r
}

// advance reads the next note of the table. What is cut off ends them.
func (r *noteReader) advance() {
	for {
		number, err := binary.ReadUvarint(r.r)
		if err != nil {
			r.ok = false
			return
		}
		r.next.record, err = binary.ReadVarint(r.r)
		if err == nil {
			_, err = io.ReadFull(r.r, r.next.digest[:])
		}
		if r.ok = err == nil; !r.ok || number == uint64(r.number) {
			return
		}
	}
}
