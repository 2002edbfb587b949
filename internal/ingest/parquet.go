package ingest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"

	"github.com/conshelf/conshelf/kql/types"
)

// Parquet, as export jobs of Log Analytics and Azure Data Explorer write it. A
// row is a record whose members are the columns. A file says where its parts
// are and how long they become: what it says is checked before it is believed.

const (
	parquetMagic  = "PAR1"
	parquetMemory = 256 * mib // of a file that must be held, and of the pages that are open at once
	parquetRows   = 64        // read at a time
)

// parquetFrames hands out the rows of a Parquet file.
type parquetFrames struct {
	groups  []parquet.RowGroup
	fields  []parquetField
	rows    parquet.Rows // of the first group
	batch   []parquet.Row
	ready   []parquet.Row // of the batch, not yet handed out
	records int64
	text    int64 // bytes of text handed out
	most    int64 // that it may hand out
	ended   string
	cells   [][]parquet.Value // of a row, by column
	members []member
	buffer  []byte
}

// A parquetField is a column, or a tree of columns.
type parquetField struct {
	node  parquet.Node
	name  []byte
	first int // leaf column
	count int // of leaf columns
}

// newParquetFrames opens a file.
func newParquetFrames(r io.ReaderAt, size int64, limits Limits) (f *parquetFrames, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("is a Parquet file that contradicts itself: %v", reason)
		}
	}()
	if err := checkParquet(r, size); err != nil {
		return nil, err
	}
	file, err := parquet.OpenFile(r, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, fmt.Errorf("is a Parquet file that cannot be read: %w", err)
	}
	if err := checkPages(r, size, file.Metadata()); err != nil {
		return nil, err
	}
	f = &parquetFrames{groups: file.RowGroups(), most: min(limits.Unpacked, max(limits.RatioFloor, limits.Ratio*size))}
	for _, field := range file.Schema().Fields() {
		pf := parquetField{node: field, name: []byte(field.Name()), first: len(f.cells), count: leaves(field)}
		f.fields = append(f.fields, pf)
		f.cells = append(f.cells, make([][]parquet.Value, pf.count)...)
	}
	for range parquetRows {
		f.batch = append(f.batch, nil)
	}
	return f, nil
}

func leaves(n parquet.Node) int {
	if n.Leaf() {
		return 1
	}
	count := 0
	for _, field := range n.Fields() {
		count += leaves(field)
	}
	return count
}

func (f *parquetFrames) problem() string { return f.ended }

func (f *parquetFrames) notes() []string { return nil }

func (f *parquetFrames) next(r *record) (found bool) {
	defer func() {
		if reason := recover(); reason != nil {
			f.end(fmt.Errorf("it contradicts itself: %v", reason))
			found = false
		}
	}()
	for len(f.ready) == 0 {
		if f.ended != "" || !f.fill() {
			f.close()
			return false
		}
	}
	row := f.ready[0]
	f.ready = f.ready[1:]
	f.records++
	*r = record{number: f.records, members: f.membersOf(row)}
	if f.text > f.most {
		f.end(errTooDense)
	}
	return true
}

// fill reads the next rows, and tells whether there may be any.
func (f *parquetFrames) fill() bool {
	if f.rows == nil {
		if len(f.groups) == 0 {
			return false
		}
		f.rows = f.groups[0].Rows()
		f.groups = f.groups[1:]
	}
	n, err := f.rows.ReadRows(f.batch)
	f.ready = f.batch[:n]
	switch {
	case errors.Is(err, io.EOF):
		f.close()
	case err != nil:
		f.end(err)
	case n == 0:
		f.end(io.ErrNoProgress)
	}
	return true
}

// close closes the group that is being read.
func (f *parquetFrames) close() {
	if f.rows == nil {
		return
	}
	if err := f.rows.Close(); err != nil {
		f.end(err)
	}
	f.rows = nil
}

func (f *parquetFrames) end(err error) {
	if f.ended == "" {
		f.ended = fmt.Sprintf("cannot be read beyond record %d: %v", f.records, err)
	}
}

// membersOf returns the columns of a row as members. They are valid until the
// next row.
func (f *parquetFrames) membersOf(row parquet.Row) []member {
	clear(f.cells)
	row.Range(func(column int, values []parquet.Value) bool {
		f.cells[column] = values
		return true
	})
	f.members, f.buffer = f.members[:0], f.buffer[:0]
	for _, field := range f.fields {
		f.members = append(f.members, member{key: field.name, value: f.value(field)})
	}
	f.text += int64(len(f.buffer))
	return f.members
}

// value returns a column: plain, or what is nested in it as JSON.
func (f *parquetFrames) value(field parquetField) value {
	from := len(f.buffer)
	if field.node.Leaf() && !field.node.Repeated() {
		cells := f.cells[field.first]
		if len(cells) == 0 || cells[0].IsNull() {
			return value{kind: kindNull}
		}
		kind := f.leaf(field.node, cells[0])
		v := value{kind: kind, raw: f.buffer[from:len(f.buffer):len(f.buffer)]}
		if !utf8.Valid(v.raw) {
			v.flags |= flagInvalid
		}
		return v
	}
	a := assembler{f: f, cells: f.cells}
	a.node(field.node, field.first, 0, 0)
	v := value{kind: kindObject, raw: f.buffer[from:len(f.buffer):len(f.buffer)]}
	switch v.raw[0] {
	case '[':
		v.kind = kindArray
	case 'n':
		v.kind = kindNull
	}
	return v
}

// leaf appends the text of a value that is there, and returns its kind.
func (f *parquetFrames) leaf(n parquet.Node, v parquet.Value) kind {
	var logical format.LogicalType
	if t := n.Type().LogicalType(); t != nil {
		logical = *t
	}
	switch v.Kind() {
	case parquet.Boolean:
		f.buffer = strconv.AppendBool(f.buffer, v.Boolean())
		return kindBool
	case parquet.Int32:
		return f.integer(logical, int64(v.Int32()))
	case parquet.Int64:
		return f.integer(logical, v.Int64())
	case parquet.Int96:
		return f.instant(int96Time(v.Int96()))
	case parquet.Float:
		return f.float(float64(v.Float()), 32)
	case parquet.Double:
		return f.float(v.Double(), 64)
	case parquet.ByteArray, parquet.FixedLenByteArray:
		return f.bytes(logical, v.ByteArray())
	}
	panic("a value of the unknown kind " + v.Kind().String())
}

// integer appends a whole number, or what it stands for.
func (f *parquetFrames) integer(logical format.LogicalType, n int64) kind {
	switch t := logical.Value.(type) {
	case *format.TimestampType:
		switch t.Unit.Value.(type) {
		case *format.MilliSeconds:
			return f.instant(time.UnixMilli(n))
		case *format.MicroSeconds:
			return f.instant(time.UnixMicro(n))
		}
		return f.instant(time.Unix(0, n))
	case *format.DateType:
		f.buffer = time.Unix(n*24*60*60, 0).UTC().AppendFormat(f.buffer, "2006-01-02")
		return kindText
	case *format.DecimalType:
		return f.decimal(big.NewInt(n), t.Scale)
	case *format.IntType:
		if !t.IsSigned {
			f.buffer = strconv.AppendUint(f.buffer, uint64(n), 10)
			return kindNumber
		}
	}
	f.buffer = strconv.AppendInt(f.buffer, n, 10)
	return kindNumber
}

// instant appends a time as datetime has it: in ticks, in UTC.
func (f *parquetFrames) instant(t time.Time) kind {
	f.buffer = append(f.buffer, types.FormatDateTime(types.TicksOf(t))...)
	return kindText
}

// int96Time is the instant of nanoseconds in a Julian day.
func int96Time(v deprecated.Int96) time.Time {
	const unixEpoch = 2440588 // as a Julian day
	nanos := int64(v[1])<<32 | int64(v[0])
	return time.Unix((int64(v[2])-unixEpoch)*24*60*60, nanos)
}

func (f *parquetFrames) float(n float64, bits int) kind {
	if math.IsNaN(n) || math.IsInf(n, 0) {
		f.buffer = strconv.AppendFloat(f.buffer, n, 'g', -1, bits)
		return kindText
	}
	f.buffer = strconv.AppendFloat(f.buffer, n, 'g', -1, bits)
	return kindNumber
}

// decimal appends a number of that many digits behind the point.
func (f *parquetFrames) decimal(n *big.Int, scale int32) kind {
	if scale < 0 || scale > 76 {
		panic("a decimal of scale " + strconv.Itoa(int(scale)))
	}
	if scale == 0 {
		f.buffer = n.Append(f.buffer, 10)
		return kindNumber
	}
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)
	f.buffer = append(f.buffer, new(big.Rat).SetFrac(n, unit).FloatString(int(scale))...)
	return kindNumber
}

// bytes appends text, or what the bytes stand for.
func (f *parquetFrames) bytes(logical format.LogicalType, b []byte) kind {
	switch t := logical.Value.(type) {
	case *format.UUIDType:
		if len(b) == 16 {
			f.buffer = fmt.Appendf(f.buffer, "%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
			return kindText
		}
	case *format.DecimalType:
		n := new(big.Int).SetBytes(b)
		if len(b) > 0 && b[0] >= 0x80 {
			n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
		}
		return f.decimal(n, t.Scale)
	}
	f.buffer = append(f.buffer, b...)
	return kindText
}

// parquet reads the rows of a Parquet file. What is packed, or inside an
// archive, must be held as a whole.
func (p *pass) parquet(b *bufio.Reader, plain bool) error {
	r, size, err := p.random(b, plain)
	if err != nil {
		p.refuse(b, why(err))
		return nil
	}
	if c, ok := r.(io.Closer); ok {
		defer func() { _ = c.Close() }() // it was only read
	}
	f, err := newParquetFrames(r, size, p.in.limits)
	if err != nil {
		p.problem(why(err))
		p.refuseAll(&record{number: 1, raw: []byte(parquetMagic)}, why(err))
		return nil
	}
	p.progress(int(size))
	return p.frame(f)
}

// random gives access to any place of the file.
func (p *pass) random(b *bufio.Reader, plain bool) (io.ReaderAt, int64, error) {
	if plain {
		r, err := p.entry.open()
		if err != nil {
			return nil, 0, fmt.Errorf("cannot be opened: %w", err)
		}
		if s, ok := r.(*steady); ok {
			return s.f, s.size, nil
		}
		_ = r.Close() // it is read as a stream
	}
	held, err := io.ReadAll(io.LimitReader(&cancellable{p.ctx, b}, parquetMemory+1))
	switch {
	case err != nil:
		return nil, 0, err
	case len(held) > parquetMemory:
		return nil, 0, fmt.Errorf("is a packed Parquet file of more than %d bytes: unpack it first", parquetMemory)
	}
	return bytes.NewReader(held), int64(len(held)), nil
}
