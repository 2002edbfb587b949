package ingest

import (
	"bufio"
	"cmp"
	"container/heap"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"slices"

	"github.com/conshelf/conshelf/internal/engine"
)

const (
	identitySize = 16  // bytes of an identity in a run
	runBlock     = 256 // identities that are read together
)

// compareIdentities orders identities: those of one record id stand together.
func compareIdentities(a, b engine.Identity) int {
	return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
}

// An identityRun is a set of identities in a file, in their order. In memory
// is the first of each block, some sixteenth of a byte a row.
type identityRun struct {
	file   *os.File
	count  int
	fences []engine.Identity
}

// search tells whether the run has id, and whether it has another with the same
// first half. It reads one block into scratch.
func (r *identityRun) search(id engine.Identity, scratch []byte) (has, sameID bool, err error) {
	after, exact := slices.BinarySearchFunc(r.fences, id, compareIdentities)
	if exact {
		return true, false, nil
	}
	sameID = after < len(r.fences) && r.fences[after][0] == id[0]
	if after == 0 {
		return false, sameID, nil
	}
	start := (after - 1) * runBlock
	n := min(runBlock, r.count-start)
	block := scratch[:n*identitySize]
	if _, err := r.file.ReadAt(block, int64(start)*identitySize); err != nil {
		return false, false, err
	}
	// The first of the block is less than id, so that there is one before i.
	i := 1
	for end := n; i < end; {
		middle := (i + end) / 2
		switch c := compareIdentities(identityAt(block, middle), id); {
		case c == 0:
			return true, false, nil
		case c < 0:
			i = middle + 1
		default:
			end = middle
		}
	}
	sameID = sameID || identityAt(block, i-1)[0] == id[0] || i < n && identityAt(block, i)[0] == id[0]
	return false, sameID, nil
}

// identityAt returns the identity number i of a block.
func identityAt(block []byte, i int) engine.Identity {
	b := block[i*identitySize:]
	return engine.Identity{half(b), half(b[8:])}
}

// remove removes the run's file.
func (r *identityRun) remove() error {
	return errors.Join(r.file.Close(), os.Remove(r.file.Name()))
}

// A sortedIdentities gives identities in their order.
type sortedIdentities interface {
	// next returns the next one; after the last the error is io.EOF.
	next() (engine.Identity, error)
}

// identities are some in memory. Those that were given are taken off.
type identities []engine.Identity

func (ids *identities) next() (engine.Identity, error) {
	if len(*ids) == 0 {
		return engine.Identity{}, io.EOF
	}
	id := (*ids)[0]
	*ids = (*ids)[1:]
	return id, nil
}

// A runReader reads a run.
type runReader struct{ r *bufio.Reader }

// read reads the run from its beginning.
func (r *identityRun) read() *runReader {
	return &runReader{bufio.NewReaderSize(io.NewSectionReader(r.file, 0, int64(r.count)*identitySize), 64<<10)}
}

func (r *runReader) next() (engine.Identity, error) {
	var b [identitySize]byte
	_, err := io.ReadFull(r.r, b[:])
	return identityAt(b[:], 0), err
}

// A merge is a heap of what is merged, with the least identity of each.
type merge []merged

type merged struct {
	head engine.Identity
	rest sortedIdentities
}

func (m merge) Len() int           { return len(m) }
func (m merge) Less(i, j int) bool { return compareIdentities(m[i].head, m[j].head) < 0 }
func (m merge) Swap(i, j int)      { m[i], m[j] = m[j], m[i] }
func (m *merge) Push(x any)        { *m = append(*m, x.(merged)) }

func (m *merge) Pop() any {
	last := (*m)[len(*m)-1]
	*m = (*m)[:len(*m)-1]
	return last
}

// step moves the one with the least identity on.
func (m *merge) step() error {
	id, err := (*m)[0].rest.next()
	if errors.Is(err, io.EOF) {
		heap.Pop(m)
		return nil
	}
	(*m)[0].head = id
	heap.Fix(m, 0)
	return err
}

// A runWriter writes a run.
type runWriter struct {
	run identityRun
	w   *bufio.Writer
}

// writeRun writes all of what is given, of which none is there twice, into a new
// file in dir.
func writeRun[S sortedIdentities](dir string, from ...S) (*identityRun, error) {
	f, err := os.CreateTemp(dir, "identities-*")
	if err != nil {
		return nil, err
	}
	w := &runWriter{run: identityRun{file: f}, w: bufio.NewWriterSize(f, 64<<10)}
	err = writeAll(w, from)
	if err == nil {
		err = w.w.Flush()
	}
	if err != nil {
		return nil, errors.Join(err, w.run.remove())
	}
	return &w.run, nil
}

func writeAll[S sortedIdentities](w *runWriter, from []S) error {
	var m merge
	for _, s := range from {
		id, err := s.next()
		if err != nil {
			return err
		}
		m = append(m, merged{id, s})
	}
	heap.Init(&m)
	for len(m) > 0 {
		if err := w.add(m[0].head); err != nil {
			return err
		}
		if err := m.step(); err != nil {
			return err
		}
	}
	return nil
}

// add writes an identity that comes after all that were written.
func (w *runWriter) add(id engine.Identity) error {
	if w.run.count%runBlock == 0 {
		w.run.fences = append(w.run.fences, id)
	}
	w.run.count++
	var b [identitySize]byte
	binary.LittleEndian.PutUint64(b[:], uint64(id[0]))
	binary.LittleEndian.PutUint64(b[8:], uint64(id[1]))
	_, err := w.w.Write(b[:])
	return err
}
