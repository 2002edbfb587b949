package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/evidence"
)

// Errands are done one by one in the order of asking, up to the first that
// fails; what must follow each is called for all.
func TestClerkStopsAtTheFirstError(t *testing.T) {
	c := newClerk()
	full := errors.New("the disk is full")
	var done, after []int
	for n := range 5 {
		err := c.ask(1, func() error {
			done = append(done, n)
			if n == 2 {
				return full
			}
			return nil
		}, func() { after = append(after, n) })
		if err != nil {
			break
		}
	}
	c.dismiss()
	if !slices.Equal(done, []int{0, 1, 2}) || !errors.Is(c.failure(), full) {
		t.Errorf("done %v, failure %v", done, c.failure())
	}
	if len(after) < 3 || !slices.IsSorted(after) {
		t.Errorf("after %v", after)
	}
	if err := c.ask(0, nil, nil); !errors.Is(err, full) {
		t.Errorf("asked after the failure: %v", err)
	}
}

// many returns lines that fill several batches.
func many(from, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(riskLines(fmt.Sprintf("r%06d", from+i)))
	}
	return b.String()
}

// An error of the store stops the ingest, is told once and leaves the file
// before in the store and told.
func TestAnErrorOfTheStoreIsToldOnce(t *testing.T) {
	dir := write(t, map[string]string{"a": riskLines("r1"), "b": many(10, 5*engine.BatchRows), "c": riskLines("r2")})
	m := &memory{failAt: 5} // rows of a, its manifest entry, rows of b three times
	var told []string
	err := New(m, Options{}).Ingest(t.Context(), []string{dir}, nil, func(f evidence.File, _ []evidence.Reject) error {
		told = append(told, f.Path[len(dir)+1:])
		return nil
	})
	if err == nil || strings.Count(err.Error(), "the disk is full") != 1 {
		t.Errorf("err = %v", err)
	}
	if m.open || len(m.rows) != 1 || !slices.Equal(told, []string{"a"}) {
		t.Errorf("open %v, %d rows, told of %v", m.open, len(m.rows), told)
	}
}

// A failure that shows only while the next file is read is that of its own
// file, and the next one is not stored: its records were compared with rows
// that are not there.
func TestAFailedCommitStopsTheNextFile(t *testing.T) {
	dir := write(t, map[string]string{"a": riskLines("r1"), "b": riskLines("r1", "r2")})
	m := &memory{failAt: 2} // the manifest entry of a
	told := 0
	err := New(m, Options{}).Ingest(t.Context(), []string{dir}, nil, func(evidence.File, []evidence.Reject) error {
		told++
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "/a: ") || strings.Count(err.Error(), "the disk is full") != 1 {
		t.Errorf("err = %v", err)
	}
	if m.open || len(m.rows)+len(m.about) > 0 || told > 0 {
		t.Errorf("open %v, %d rows, told of %d", m.open, len(m.rows), told)
	}
}

// A caller who refuses a file stops the ingest before the next one is stored.
func TestARefusalStopsTheNextFile(t *testing.T) {
	dir := write(t, map[string]string{"a": riskLines("r1"), "b": riskLines("r2")})
	m := &memory{}
	refused := errors.New("no more")
	err := New(m, Options{}).Ingest(t.Context(), []string{dir}, nil, func(evidence.File, []evidence.Reject) error { return refused })
	if !errors.Is(err, refused) || m.open || len(m.rows) != 1 {
		t.Errorf("err = %v, open %v, %d rows", err, m.open, len(m.rows))
	}
}

// A file that is cancelled when some of its batches are stored leaves nothing.
func TestCancelInTheMiddleLeavesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	m := &memory{}
	text := many(0, 20*engine.BatchRows) // more than the first look takes in
	if len(text) < windowStart*3/2 {
		t.Fatalf("%d bytes", len(text))
	}
	o := Options{Stdin: strings.NewReader(text), Progress: func(p Progress) {
		if p.Rows > 0 {
			cancel()
		}
	}}
	err := New(m, o).Ingest(ctx, []string{"-"}, nil, discard)
	if !errors.Is(err, context.Canceled) || m.open || len(m.rows)+len(m.about) > 0 {
		t.Errorf("err = %v, open %v, %d rows", err, m.open, len(m.rows))
	}
}

// Rows and files come in the same order whatever the goroutines do.
func TestTheOrderIsTheSame(t *testing.T) {
	files := make(map[string]string)
	for n := range 8 {
		files[fmt.Sprintf("%d.json", n)] = many(1000*n, 1500)
	}
	files["9.json"] = many(500, 3*engine.BatchRows)
	dir := write(t, files)
	var want *memory
	for range 3 {
		m := &memory{}
		got := ingestInto(t, m, Options{}, nil, dir)
		if !slices.IsSortedFunc(got.files, func(a, b evidence.File) int { return int(a.Number - b.Number) }) || len(got.files) != 9 {
			t.Fatalf("files %+v", got.files)
		}
		if want == nil {
			want = m
			continue
		}
		if diff := cmp.Diff(want.origins(), m.origins()); diff != "" {
			t.Fatal(diff)
		}
	}
}

// origins returns where the rows came from, in the order of the store.
func (m *memory) origins() []engine.Origin {
	list := make([]engine.Origin, 0, len(m.rows))
	for _, r := range m.rows {
		list = append(list, r.origin)
	}
	return list
}

// What waits is bounded by its bytes; an errand that is larger than all the room
// is done alone.
func TestWhatWaitsForTheClerkIsBounded(t *testing.T) {
	c := newClerk()
	held := make(chan struct{})
	wait := func() error { <-held; return nil }
	if err := c.ask(waitingBytes/2, wait, func() {}); err != nil {
		t.Fatal(err)
	}
	if !c.room.TryAcquire(waitingBytes / 2) {
		t.Error("half of the room is taken by half of it")
	}
	c.room.Release(waitingBytes / 2)
	if c.room.TryAcquire(waitingBytes/2 + 1) {
		t.Error("an errand that waits takes no room")
	}
	close(held)
	if err := c.ask(10*waitingBytes, func() error { return nil }, func() {}); err != nil {
		t.Error(err)
	}
	c.dismiss()
	if !c.room.TryAcquire(waitingBytes) {
		t.Error("the room is not free after all was done")
	}
}
