package custody

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// A Journal is the journal of a case on disk. Several processes may append to
// it. It is for one goroutine at a time.
type Journal struct {
	path  string
	actor Actor
	chain Chain
}

// Open reads the journal of the case in dir. One that is not there is empty.
func Open(dir string, actor Actor) (*Journal, error) {
	j := &Journal{path: filepath.Join(dir, JournalName), actor: actor}
	data, err := os.ReadFile(j.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	j.chain = Read(data)
	return j, nil
}

// Chain returns what the journal holds.
func (j *Journal) Chain() Chain { return j.chain }

// Actor returns who the journal's new lines are by.
func (j *Journal) Actor() Actor { return j.actor }

// Append adds a line, which is durable when Append returns. Its number, time
// and hashes are filled in. What cannot be written in whole is taken back.
func (j *Journal) Append(line Line) (Line, error) {
	f, err := lockedfile.OpenFile(j.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return Line{}, fmt.Errorf("open the journal: %w", err)
	}
	line, err = j.append(f, line)
	if err = errors.Join(err, f.Close()); err != nil {
		return Line{}, fmt.Errorf("write the journal: %w", err)
	}
	return line, nil
}

func (j *Journal) append(f *lockedfile.File, line Line) (Line, error) {
	if err := j.catchUp(f); err != nil {
		return Line{}, err
	}
	if j.chain.Torn {
		mended := Line{Event: LineMended, Mended: &Mended{Sum(j.chain.tail)}}
		if _, err := j.write(f, mended, []byte("\n")); err != nil {
			return Line{}, err
		}
	}
	return j.write(f, line, nil)
}

// catchUp reads what other processes have appended.
func (j *Journal) catchUp(f *lockedfile.File) error {
	info, err := f.Stat()
	if err != nil || info.Size() == j.chain.size {
		return err
	}
	data, err := io.ReadAll(f)
	j.chain = Read(data)
	return err
}

func (j *Journal) write(f *lockedfile.File, line Line, before []byte) (Line, error) {
	line.Number, line.Previous = j.chain.last()+1, j.chain.Head()
	line.Time, line.User, line.Host, line.Version = j.actor.now(), j.actor.User, j.actor.Host, j.actor.Version
	text, err := line.encode()
	if err != nil {
		return Line{}, err
	}
	text = append(before, text...)
	if _, err := f.WriteAt(text, j.chain.size); err != nil {
		return Line{}, errors.Join(err, f.Truncate(j.chain.size))
	}
	if err := f.Sync(); err != nil {
		return Line{}, err
	}
	j.chain.size += int64(len(text))
	j.chain.Lines = append(j.chain.Lines, line)
	if len(before) > 0 {
		j.chain.Torn, j.chain.tail = false, nil
		j.chain.Faults = j.chain.Faults[:len(j.chain.Faults)-1]
	}
	return line, nil
}
