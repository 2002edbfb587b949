package ingest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/evidence"
)

// Options say how to read. The zero Options are useful.
type Options struct {
	Limits Limits
	// Stdin is what the path "-" means; nil is an empty input.
	Stdin io.Reader
	// Tenant is the tenant of records that name none, in files whose path names
	// none; empty: what the other records of the file say, if they agree.
	Tenant string
	// Exclude is a directory that is never read, by whatever path it is met:
	// the case that is being filled. Empty: none.
	Exclude string
	// Spool is the directory in which standard input is kept, in a file that is
	// called by its hash. Empty: it is not kept.
	Spool string
	// Temp is the directory in which identities are set aside when they are
	// many; they are removed at the end. Empty: the system's for such files.
	Temp string
	// Acquire says who takes files in, and when: now. Nil: their entries in the
	// manifest say nothing of it.
	Acquire func() evidence.Acquisition
	// Workers is how many goroutines decode the records of a file; 0: one for
	// each processor. The rows are the same whatever their number.
	Workers int
	// Progress, if set, is called now and then while files are read.
	Progress func(Progress)
}

// Progress is how far an ingest has come.
type Progress struct {
	File  string // being read, with its member
	Bytes int64  // of text read so far, of all files
	Taken int64  // of files as found that this text came from
	Rows  int64  // on their way into the store or there, of all files
}

// An Ingester reads exports into an engine. It is for one goroutine at a time.
type Ingester struct {
	store      engine.Loader
	options    Options
	limits     Limits
	recogniser *recogniser
	seen       identitySet // during Ingest
	recent     int         // identities in memory
	digests    map[evidence.Digest]evidence.File
	sizes      map[int64]bool // of the files in digests
	progress   Progress
	base       int64 // bytes of the sources that are done
	buffers    *bufferPool
	batches    *batchPool
	keep       []int
	workers    *workers // during Ingest
	clerk      *clerk   // during Ingest
	last       receipt  // of the file that was read last, whose commit is not settled
}

// A receipt is a file that was read, with the deposit that stores it.
type receipt struct {
	file    evidence.File
	rejects []evidence.Reject
	deposit *deposit
}

// New returns an Ingester that loads into store.
func New(store engine.Loader, o Options) *Ingester {
	if o.Stdin == nil {
		o.Stdin = eof{}
	}
	return &Ingester{store: store, options: o, limits: o.Limits.withDefaults(), recogniser: newRecogniser(shapes()), recent: recentIdentities}
}

// eof is an input without bytes.
type eof struct{}

func (eof) Read([]byte) (int, error) { return 0, io.EOF }

// Ingest reads the files that paths name: files, directories with all that is
// in them, and "-" for standard input. Known are the files that the store
// already holds, and new ones are numbered after them, in the order of their
// paths. Each is called for every file after its rows are committed, with the
// records that were not understood. A file that cannot be read has a Problem
// and does not stop the others; an error does, and means that the file being
// read was not stored.
func (in *Ingester) Ingest(ctx context.Context, paths []string, known []evidence.File, each func(evidence.File, []evidence.Reject) error) (err error) {
	if err := sameRule(known); err != nil {
		return err
	}
	number := in.remember(known)
	defer func() { err = errors.Join(err, in.seen.close()) }()
	if err := in.recall(ctx); err != nil {
		return err
	}
	in.clerk = newClerk()
	defer in.clerk.dismiss()
	in.workers = newWorkers(in.options.Workers)
	defer in.workers.dismiss()
	in.buffers, in.batches = newBufferPool(in.workers.count+2), &batchPool{}
	err = in.sources(ctx, number, sources(paths, in.options.Exclude), each)
	return cmp.Or(in.settle(each), err)
}

func (in *Ingester) sources(ctx context.Context, number int64, list []source, each func(evidence.File, []evidence.Reject) error) error {
	var err error
	for _, s := range list {
		shelf := in.shelf(s)
		for i, e := range shelf.entries {
			number++
			if err = in.entry(ctx, number, e, each); err != nil {
				break
			}
			in.progress.Taken = in.base + shelf.size*int64(i+1)/int64(len(shelf.entries))
		}
		in.base += shelf.size
		if err = errors.Join(err, shelf.close()); err != nil {
			return err
		}
	}
	return nil
}

// settle waits until the file that was read last is stored, and tells each.
func (in *Ingester) settle(each func(evidence.File, []evidence.Reject) error) error {
	r := in.last
	in.last = receipt{}
	if r.deposit == nil {
		return nil
	}
	if err := r.deposit.settle(); err != nil {
		return fmt.Errorf("store %s: %w", r.file.Name(), err)
	}
	return each(r.file, r.rejects)
}

func (in *Ingester) deposit(ctx context.Context) *deposit {
	return &deposit{ctx: ctx, store: in.store, clerk: in.clerk}
}

// forget gives up a file that was read.
func (r receipt) forget() error {
	if r.deposit == nil {
		return nil
	}
	return r.deposit.undo()
}

// remember notes the files that are known and returns the highest number.
func (in *Ingester) remember(known []evidence.File) int64 {
	in.digests = make(map[evidence.Digest]evidence.File)
	in.sizes = make(map[int64]bool)
	var number int64
	for _, f := range known {
		in.know(f)
		number = max(number, f.Number)
	}
	return number
}

// know notes a file whose rows are stored. The first of equal files counts. One
// that was not read to its end may be where it stands, or under a higher limit.
func (in *Ingester) know(f evidence.File) {
	if _, ok := in.digests[f.SHA256]; ok || f.SHA256 == "" || f.Problem != "" {
		return
	}
	in.digests[f.SHA256] = f
	in.sizes[f.Size] = true
}

// recall reads the identities of all rows that the store holds.
func (in *Ingester) recall(ctx context.Context) error {
	in.seen = identitySet{dir: in.options.Temp, limit: in.recent}
	err := in.store.Identities(ctx, in.seen.hold)
	if err != nil {
		return fmt.Errorf("read the identities of the rows held: %w", err)
	}
	return nil
}

// entry reads one file while the one before it is stored, and tells each of
// that one before it asks to store this one. An error of that one is told
// alone: if this one failed too, then because of it.
func (in *Ingester) entry(ctx context.Context, number int64, e entry, each func(evidence.File, []evidence.Reject) error) error {
	f := evidence.File{
		Number: number, Size: e.size, Problem: e.problem, Identity: IdentityVersion,
		Path: strings.ToValidUTF8(e.path, replacement), Member: strings.ToValidUTF8(e.member, replacement),
	}
	in.acquire(&f, e.origin)
	r, err := in.read(ctx, f, e)
	if earlier := in.settle(each); earlier != nil {
		return errors.Join(earlier, r.forget())
	}
	if err == nil {
		err = r.deposit.commit(r.file, r.rejects)
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", f.Name(), errors.Join(err, r.forget()))
	}
	in.know(r.file)
	in.last = r
	return nil
}
