package ingest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/evidence"
)

// A deposit is the load of one file as the clerk carries it out. What is asked
// of it is done later: only settle tells whether it was.
type deposit struct {
	ctx       context.Context // a deposit lives as long as the ingest that made it
	store     engine.Loader
	clerk     *clerk
	asked     sync.WaitGroup
	load      engine.Load // opened by the clerk; nil before
	committed bool        // both may be read when nothing that was asked is left
}

// append stores the rows of b, and then calls free with it.
func (d *deposit) append(b *engine.Batch, free func(*engine.Batch)) error {
	return d.ask(b.Held(), func() error {
		if err := d.load.Append(d.ctx, b); err != nil {
			return fmt.Errorf("append rows of %s: %w", b.Table, err)
		}
		b.Reset()
		free(b)
		return nil
	})
}

// commit stores what became of the file, and makes its rows visible.
func (d *deposit) commit(f evidence.File, rejects []evidence.Reject) error {
	return d.ask(0, func() error {
		if err := recordFile(d.ctx, d.load, f, rejects); err != nil {
			return err
		}
		if err := d.load.Commit(d.ctx); err != nil {
			return fmt.Errorf("commit: %w", err)
		}
		d.committed = true
		return nil
	})
}

// ask has the clerk do something with the load, which it opens if need be.
func (d *deposit) ask(bytes int, do func() error) error {
	d.asked.Add(1)
	err := d.clerk.ask(bytes, func() error {
		if err := d.begin(); err != nil {
			return err
		}
		return do()
	}, d.asked.Done)
	if err != nil {
		d.asked.Done()
	}
	return err
}

func (d *deposit) begin() error {
	if d.load != nil {
		return nil
	}
	load, err := d.store.Begin(d.ctx)
	if err != nil {
		return fmt.Errorf("begin a load: %w", err)
	}
	d.load = load
	return nil
}

// settle waits for the commit. If there was none the rows are forgotten.
func (d *deposit) settle() error {
	d.asked.Wait()
	if d.committed {
		return nil
	}
	return errors.Join(d.clerk.failure(), d.undo())
}

// undo forgets the rows.
func (d *deposit) undo() error {
	d.asked.Wait()
	if d.load == nil {
		return nil
	}
	if err := d.load.Rollback(); err != nil {
		return fmt.Errorf("roll back: %w", err)
	}
	return nil
}
