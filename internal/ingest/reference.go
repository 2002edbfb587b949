package ingest

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/gzip"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/kql/types"
)

// A Framing is how a reference file is cut into rows and cells. Nothing is
// converted: a cell is the text as it stands in the file.
type Framing struct {
	// Format is csv, tsv, psv, scsv, sohsv, txt, raw, json or multijson.
	Format string
	// Header tells that the first record names the columns.
	Header bool
	// Skip tells that the first record is no row.
	Skip bool
}

// RecordColumn is the column that holds a record of json and multijson.
const RecordColumn = "record"

// referenceFormat begins the format of a reference file.
const referenceFormat = "reference: "

// IsReference tells whether a file of the manifest is no evidence.
func IsReference(f evidence.File) bool { return strings.HasPrefix(f.Format, referenceFormat) }

// maxReference is how many bytes a reference file may have, unpacked.
const maxReference = 1 << 30

// delimiter returns what divides the cells of a format; false: it has none.
func (f Framing) delimiter() (rune, bool) {
	switch f.Format {
	case "csv":
		return ',', true
	case "tsv":
		return '\t', true
	case "psv":
		return '|', true
	case "scsv":
		return ';', true
	case "sohsv":
		return '\x01', true
	}
	return 0, false
}

// known tells whether the format is one that can be read.
func (f Framing) known() bool {
	_, delimited := f.delimiter()
	return delimited || slices.Contains([]string{"txt", "raw", "json", "multijson"}, f.Format)
}

func (f Framing) String() string {
	switch {
	case f.Header:
		return f.Format + " with header"
	case f.Skip:
		return f.Format + " without first"
	}
	return f.Format
}

// A Reference is a file that stands for data from outside the evidence: a
// watchlist, a list that a query would fetch. It is recorded in the manifest as
// evidence is.
type Reference struct {
	file    evidence.File
	framing Framing
	table   string
}

// OpenReference hashes the file at path, whose name in the manifest is name.
func OpenReference(path, name string, f Framing) (*Reference, error) {
	if !f.known() {
		return nil, fmt.Errorf("%s: the format %s is not read: want csv, tsv, psv, scsv, sohsv, txt, raw, json or multijson", name, f.Format)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", name, err)
	}
	defer func() { _ = file.Close() }() // it was only read
	sum := sha256.New()
	size, err := io.Copy(sum, file)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	digest := hex.EncodeToString(sum.Sum(nil))
	return &Reference{
		file: evidence.File{
			SHA256: evidence.Digest(digest), Size: size, Path: filepath.ToSlash(path), Format: referenceFormat + f.String(),
			Notes: []string{"it stands for " + name + ", which queries name; it is no evidence"},
		},
		framing: f,
		table:   engine.ReferenceTable(digest[:32] + ":" + f.String()),
	}, nil
}

// Table is the name of the table that the rows go into. It depends on the
// file's content and the framing alone.
func (r *Reference) Table() string { return r.table }

// Store loads the file's rows, and its manifest entry under that number: all
// of it or nothing. The acquisition says by whom and when; where the file is,
// Store adds.
func (r *Reference) Store(ctx context.Context, store engine.Loader, number int64, by evidence.Acquisition) (err error) {
	load, err := store.Begin(ctx)
	if err != nil {
		return fmt.Errorf("load %s: %w", r.file.Path, err)
	}
	defer func() { err = errors.Join(err, load.Rollback()) }()
	w := &referenceWriter{ctx: ctx, load: load, batch: engine.NewBatch(r.table), file: number}
	if err := r.read(w); err != nil {
		return fmt.Errorf("load %s: %w", r.file.Path, err)
	}
	if err := w.flush(); err != nil {
		return fmt.Errorf("load %s: %w", r.file.Path, err)
	}
	file := r.file
	file.Number = number
	if file.Acquired, err = acquired(r.file.Path, by); err != nil {
		return fmt.Errorf("load %s: %w", r.file.Path, err)
	}
	file.Counts = evidence.Counts{Read: w.record, Stored: w.record}
	file.Tables = []evidence.TableCount{{Table: r.table, Rows: w.record}}
	if err := recordFile(ctx, load, file, nil); err != nil {
		return fmt.Errorf("load %s: %w", r.file.Path, err)
	}
	if err := load.Commit(ctx); err != nil {
		return fmt.Errorf("load %s: %w", r.file.Path, err)
	}
	return nil
}

// acquired completes an acquisition with where the file is.
func acquired(path string, by evidence.Acquisition) (*evidence.Acquisition, error) {
	info, err := os.Stat(filepath.FromSlash(path))
	if err != nil {
		return nil, err
	}
	absolute, err := filepath.Abs(filepath.FromSlash(path))
	if err != nil {
		return nil, err
	}
	by.Source, by.Modified = filepath.ToSlash(absolute), info.ModTime().UTC()
	return &by, nil
}

// read cuts the file into rows. That it still has the hash is checked: the
// rows are those of the content that the manifest names.
func (r *Reference) read(w *referenceWriter) error {
	file, err := os.Open(filepath.FromSlash(r.file.Path))
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	sum := sha256.New()
	text, err := plainText(io.TeeReader(file, sum))
	if err != nil {
		return err
	}
	if err := r.rows(text, w); err != nil {
		return err
	}
	if _, err := io.Copy(sum, file); err != nil {
		return err
	}
	if evidence.Digest(hex.EncodeToString(sum.Sum(nil))) != r.file.SHA256 {
		return errors.New("it changed while it was read")
	}
	return nil
}

// plainText returns the text of a file, unpacked and in UTF-8.
func plainText(r io.Reader) (*bufio.Reader, error) {
	head := bufio.NewReader(r)
	if magic, _ := head.Peek(2); isGzip(magic) {
		unpacked, err := gzip.NewReader(head)
		if err != nil {
			return nil, err
		}
		head = bufio.NewReader(unpacked)
	}
	limited := bufio.NewReader(&boundedReader{head, maxReference})
	first, _ := limited.Peek(512)
	e, mark := sniffEncoding(first)
	if _, err := limited.Discard(mark); err != nil {
		return nil, err
	}
	text := bufio.NewReader(e.decode(limited))
	start, _ := text.Peek(512)
	if reason := notText(start); reason != "" {
		return nil, errors.New(reason)
	}
	return text, nil
}

// A boundedReader fails after a number of bytes: a short file may unpack to
// one without end.
type boundedReader struct {
	r    io.Reader
	left int64
}

func (b *boundedReader) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, fmt.Errorf("it is more than %d bytes long", maxReference)
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

func (r *Reference) rows(text *bufio.Reader, w *referenceWriter) error {
	if comma, ok := r.framing.delimiter(); ok {
		return r.cells(text, comma, w)
	}
	switch r.framing.Format {
	case "txt":
		return r.lines(text, w)
	case "raw":
		whole, err := io.ReadAll(text)
		if err != nil {
			return err
		}
		return w.row([]string{"c1"}, []string{string(whole)})
	default:
		return records(text, w)
	}
}

// cells reads a delimited text.
func (r *Reference) cells(text io.Reader, comma rune, w *referenceWriter) error {
	in := csv.NewReader(text)
	in.Comma, in.FieldsPerRecord, in.LazyQuotes = comma, -1, true
	var header []string
	for first := true; ; first = false {
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch {
		case first && r.framing.Header:
			if header, err = headerOf(cells); err != nil {
				return err
			}
			w.declare(header)
		case first && r.framing.Skip:
		case r.framing.Header && len(cells) > len(header):
			return fmt.Errorf("record %d has %d cells and the header %d", w.record+1, len(cells), len(header))
		default:
			names := header
			if !r.framing.Header {
				names = numbered(len(cells))
			}
			if err := w.row(names, cells); err != nil {
				return err
			}
		}
	}
}

// headerOf returns the names of the columns: each is there, and once.
func headerOf(cells []string) ([]string, error) {
	names := make([]string, len(cells))
	for i, c := range cells {
		names[i] = strings.TrimSpace(strings.TrimPrefix(c, byteOrderMark))
		if names[i] == "" {
			return nil, fmt.Errorf("column %d has no name in the header", i+1)
		}
		if strings.HasPrefix(names[i], "$") {
			return nil, fmt.Errorf("column %s: a name that begins with $ is reserved", names[i])
		}
		if slices.Contains(names[:i], names[i]) {
			return nil, fmt.Errorf("two columns of the header are called %s", names[i])
		}
	}
	return names, nil
}

// numbered returns the names of columns that have none: c1, c2, ….
func numbered(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("c%d", i+1)
	}
	return names
}

func (r *Reference) lines(text *bufio.Reader, w *referenceWriter) error {
	for first := true; ; first = false {
		line, err := text.ReadString('\n')
		if line != "" && (!first || !r.framing.Skip) {
			if err := w.row([]string{"c1"}, []string{strings.TrimRight(line, "\r\n")}); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// records reads JSON values, one after the other; an array is its elements.
func records(text io.Reader, w *referenceWriter) error {
	in := json.NewDecoder(text)
	for {
		var value json.RawMessage
		err := in.Decode(&value)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("record %d: %w", w.record+1, err)
		}
		values := []json.RawMessage{value}
		if bytes.HasPrefix(value, []byte("[")) {
			if err := json.Unmarshal(value, &values); err != nil {
				return fmt.Errorf("record %d: %w", w.record+1, err)
			}
		}
		for _, v := range values {
			if err := w.json(v); err != nil {
				return err
			}
		}
	}
}

// A referenceWriter appends rows to a load.
type referenceWriter struct {
	ctx    context.Context // a writer lives as long as one Store
	load   engine.Load
	batch  *engine.Batch
	file   int64
	record int64
}

// declare adds columns before the first row, so that a file without rows has
// them.
func (w *referenceWriter) declare(names []string) {
	for _, name := range names {
		w.batch.Column(types.Column{Name: name, Type: types.String})
	}
}

func (w *referenceWriter) row(names, cells []string) error {
	for i, cell := range cells {
		at := w.batch.Column(types.Column{Name: names[i], Type: types.String})
		w.batch.Vectors[at].SetText([]byte(strings.ToValidUTF8(cell, "\uFFFD")))
	}
	return w.end()
}

func (w *referenceWriter) json(value json.RawMessage) error {
	var text bytes.Buffer
	if err := json.Compact(&text, value); err != nil {
		return fmt.Errorf("record %d: %w", w.record+1, err)
	}
	at := w.batch.Column(types.Column{Name: RecordColumn, Type: types.Dynamic})
	w.batch.Vectors[at].SetText(bytes.ToValidUTF8(text.Bytes(), []byte("\uFFFD")))
	return w.end()
}

// end completes a row. Who a row is, its file and its number say: the table is
// named by the file's content.
func (w *referenceWriter) end() error {
	w.record++
	sum := sha256.Sum256(binary.LittleEndian.AppendUint64([]byte(w.batch.Table), uint64(w.record)))
	w.batch.EndRow(engine.Origin{File: w.file, Record: w.record, Identity: engine.Identity{half(sum[:]), half(sum[8:])}})
	if !w.batch.Full() {
		return nil
	}
	return w.flush()
}

func (w *referenceWriter) flush() error {
	if err := w.load.Append(w.ctx, w.batch); err != nil {
		return fmt.Errorf("append rows: %w", err)
	}
	w.batch.Reset()
	return nil
}
