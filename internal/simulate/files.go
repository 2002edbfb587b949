package simulate

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/gzip"
)

const bufferSize = 256 << 10

// A file is one file being written, compressed if its name ends in .gz.
type file struct {
	f   *os.File
	buf *bufio.Writer
	zip *gzip.Writer
	w   io.Writer
}

// create creates a file and the directories above it. It refuses to overwrite.
func create(path string) (*file, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, err
	}
	out := &file{f: f, buf: bufio.NewWriterSize(f, bufferSize)}
	out.w = out.buf
	if filepath.Ext(path) == ".gz" {
		if out.zip, err = gzip.NewWriterLevel(out.buf, gzip.BestSpeed); err != nil {
			return nil, errors.Join(err, f.Close())
		}
		out.w = out.zip
	}
	return out, nil
}

func (f *file) write(parts ...[]byte) error {
	for _, part := range parts {
		if _, err := f.w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

func (f *file) close() error {
	var zipped error
	if f.zip != nil {
		zipped = f.zip.Close()
	}
	return errors.Join(zipped, f.buf.Flush(), f.f.Close())
}

// pages writes Graph pages: a page is kept until it is known whether another
// follows, for its next link comes first.
type pages struct {
	dir, stem, context string
	page, held         int
	buf                []byte
}

const pageSize = 1000

func (p *pages) add(record []byte) error {
	if p.held == pageSize {
		if err := p.flush(true); err != nil {
			return err
		}
	}
	if p.held > 0 {
		p.buf = append(p.buf, ',')
	}
	p.buf = append(p.buf, record...)
	p.held++
	return nil
}

func (p *pages) flush(more bool) error {
	p.page++
	f, err := create(filepath.Join(p.dir, p.stem+"_"+string(appendDigits(nil, p.page, 5))+".json"))
	if err != nil {
		return err
	}
	o := object{}
	o.open().text("@odata.context", "https://graph.microsoft.com/beta/$metadata#"+p.context)
	if more {
		o.text("@odata.nextLink", "https://graph.microsoft.com/beta/"+p.context+"?$skiptoken="+string(appendDigits(nil, p.page, 8)))
	}
	o.key("value")
	err = f.write(o.b, []byte("["), p.buf, []byte("]}\n"))
	p.held, p.buf = 0, p.buf[:0]
	return errors.Join(err, f.close())
}

// close writes the last page, which is empty if nothing was ever added.
func (p *pages) close() error {
	return p.flush(false)
}

// blobs writes diagnostic settings blobs, one for each span of time.
type blobs struct {
	path  func(from instant) string
	span  instant
	from  instant
	file  *file
	lines bool // one record a line; otherwise one {"records":[…]} a file
	begun bool
}

func (b *blobs) add(at instant, record []byte) error {
	if from := at - at%b.span; b.file == nil || from != b.from {
		if err := b.turn(from); err != nil {
			return err
		}
	}
	if b.lines {
		return b.file.write(record, []byte("\r\n"))
	}
	comma := []byte(",")
	if !b.begun {
		comma = nil
	}
	b.begun = true
	return b.file.write(comma, record)
}

func (b *blobs) turn(from instant) error {
	if err := b.close(); err != nil {
		return err
	}
	f, err := create(b.path(from))
	if err != nil {
		return err
	}
	b.file, b.from, b.begun = f, from, false
	if b.lines {
		return nil
	}
	return f.write([]byte(`{"records":[`))
}

func (b *blobs) close() error {
	if b.file == nil {
		return nil
	}
	var last error
	if !b.lines {
		last = b.file.write([]byte("]}\n"))
	}
	f := b.file
	b.file = nil
	return errors.Join(last, f.close())
}
