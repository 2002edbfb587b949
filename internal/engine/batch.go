package engine

import (
	"slices"

	"github.com/conshelf/conshelf/kql/types"
)

// BatchRows is how many rows a batch holds at most: what an engine takes in
// one piece.
const BatchRows = 2048

// A Batch is rows of one table, column by column. Fill it row by row: set the
// columns that the row has, in any order, then call EndRow, which makes the
// others null (” for a string). Every row must set its origin.
type Batch struct {
	Table   string
	Vectors []Vector
	Origins []Origin
	Rows    int
	index   map[string]int
}

// An Origin is where a row came from, and who it is.
type Origin struct {
	File     int64  // the file's number in the case
	Record   int64  // the record's number in that file, from 1; 0: the row is about the file
	Tenant   string // the directory's tenant id; '' if the record does not say
	Identity Identity
}

// A Vector is one column of a batch. Which slice holds the values depends on
// the type: Ints for bool (0 or 1), int, long, datetime and timespan; Floats
// for real; Starts, Ends and Bytes for string, guid, decimal and dynamic (JSON
// text), where value i is Bytes[Starts[i]:Ends[i]]. Texts stand in Bytes in the
// order of the first values that have them, none over another; a long text
// that many values have may stand there once.
type Vector struct {
	Column types.Column
	Null   []bool
	Ints   []int64
	Floats []float64
	Starts []uint32
	Ends   []uint32
	Bytes  []byte
	recent recentTexts
}

// NewBatch returns an empty batch for table.
func NewBatch(table string) *Batch {
	return &Batch{Table: table, index: make(map[string]int)}
}

// Column returns the index in Vectors of the column, adding it if it is new;
// rows before this one are null in a column added late. The type of a column
// is that of the first call.
func (b *Batch) Column(c types.Column) int {
	if i, ok := b.index[c.Name]; ok {
		return i
	}
	i := len(b.Vectors)
	b.index[c.Name] = i
	if i < cap(b.Vectors) {
		b.Vectors = b.Vectors[:i+1] // with memory that Clear kept
		b.Vectors[i].truncate(0)
		b.Vectors[i].Column = c
	} else {
		b.Vectors = append(b.Vectors, Vector{Column: c})
	}
	b.Vectors[i].pad(b.Rows)
	return i
}

// EndRow completes the row: columns that were not set become null or ”.
func (b *Batch) EndRow(o Origin) {
	b.Rows++
	b.Origins = append(b.Origins, o)
	for i := range b.Vectors {
		b.Vectors[i].pad(b.Rows)
	}
}

// DropRow forgets what was set since the last EndRow.
func (b *Batch) DropRow() {
	for i := range b.Vectors {
		b.Vectors[i].truncate(b.Rows)
	}
}

// Full tells whether the batch should be appended before another row.
func (b *Batch) Full() bool { return b.Rows >= BatchRows }

// Reset empties the batch and keeps its columns and memory.
func (b *Batch) Reset() {
	b.Rows = 0
	b.Origins = b.Origins[:0]
	for i := range b.Vectors {
		b.Vectors[i].truncate(0)
	}
}

// Clear empties the batch for rows of another table: it forgets the columns and
// keeps their memory for those that come in their places.
func (b *Batch) Clear(table string) {
	b.Reset()
	b.Table, b.Vectors = table, b.Vectors[:0]
	clear(b.index)
}

// Take moves the rows of from into b, whatever b held. From is then empty: it has
// its columns still, and the memory that b had.
func (b *Batch) Take(from *Batch) {
	b.Clear(from.Table)
	for i := range from.Vectors {
		b.Column(from.Vectors[i].Column)
	}
	*b, *from = *from, *b
}

// Held is about how many bytes of memory the batch keeps, however few of them
// its rows take.
func (b *Batch) Held() int {
	const null, number, span, origin = 1, 8, 4, 48
	n := cap(b.Origins) * origin
	for _, v := range b.Vectors[:cap(b.Vectors)] {
		n += cap(v.Null)*null + (cap(v.Ints)+cap(v.Floats))*number + (cap(v.Starts)+cap(v.Ends))*span + cap(v.Bytes)
	}
	return n
}

// Keep drops all rows but those that keep names, by their numbers in rising
// order.
func (b *Batch) Keep(keep []int) {
	for to, from := range keep {
		b.Origins[to] = b.Origins[from]
	}
	b.Origins, b.Rows = b.Origins[:len(keep)], len(keep)
	for i := range b.Vectors {
		b.Vectors[i].keep(keep)
	}
}

// Rename gives a column, by its index, another name.
func (b *Batch) Rename(i int, name string) {
	delete(b.index, b.Vectors[i].Column.Name)
	b.Vectors[i].Column.Name = name
	b.index[name] = i
}

// Len returns how many values the vector holds.
func (v *Vector) Len() int { return len(v.Null) }

// SetInt appends a bool, int, long, datetime or timespan.
func (v *Vector) SetInt(n int64) {
	v.Null = append(v.Null, false)
	v.Ints = append(v.Ints, n)
}

// SetReal appends a real.
func (v *Vector) SetReal(f float64) {
	v.Null = append(v.Null, false)
	v.Floats = append(v.Floats, f)
}

// SetText appends a string, guid, decimal or dynamic; the bytes are copied,
// unless the vector has the same text from shortly before.
func (v *Vector) SetText(s []byte) {
	v.Null = append(v.Null, false)
	if len(s) >= sharedText {
		if at, ok := v.recent.find(v.Bytes, s); ok {
			v.place(at)
			return
		}
	}
	from := uint32(len(v.Bytes))
	v.Bytes = append(v.Bytes, s...)
	at := span{from, uint32(len(v.Bytes))}
	v.place(at)
	if len(s) >= sharedText {
		v.recent.add(at)
	}
}

func (v *Vector) place(at span) {
	v.Starts = append(v.Starts, at.start)
	v.Ends = append(v.Ends, at.end)
}

// SetNull appends a null, or ” to a string.
func (v *Vector) SetNull() {
	v.Null = append(v.Null, v.Column.Type != types.String)
	switch v.Column.Type {
	case types.Bool, types.Int, types.Long, types.DateTime, types.TimeSpan:
		v.Ints = append(v.Ints, 0)
	case types.Real:
		v.Floats = append(v.Floats, 0)
	case types.String, types.GUID, types.Decimal, types.Dynamic:
		end := uint32(len(v.Bytes))
		v.place(span{end, end})
	case types.Unknown:
		panic("engine: column " + v.Column.Name + " has no type")
	}
}

// Text returns value i of a string, guid, decimal or dynamic vector.
func (v *Vector) Text(i int) []byte { return v.Bytes[v.Starts[i]:v.Ends[i]] }

func (v *Vector) pad(rows int) {
	for len(v.Null) < rows {
		v.SetNull()
	}
}

func (v *Vector) truncate(rows int) {
	if len(v.Null) <= rows {
		return
	}
	v.Null = v.Null[:rows]
	v.Ints = v.Ints[:min(rows, len(v.Ints))]
	v.Floats = v.Floats[:min(rows, len(v.Floats))]
	if len(v.Ends) > rows {
		v.Starts, v.Ends = v.Starts[:rows], v.Ends[:rows]
		v.Bytes = v.Bytes[:v.end()]
		v.recent = recentTexts{used: v.recent.used && rows > 0}
	}
}

// end is where the last text ends: that of the last value, unless it stands
// there from before.
func (v *Vector) end() uint32 {
	switch {
	case len(v.Ends) == 0:
		return 0
	case v.recent.used:
		return slices.Max(v.Ends)
	}
	return v.Ends[len(v.Ends)-1]
}

// keep moves the values at the indices from to the vector's beginning.
func (v *Vector) keep(from []int) {
	if len(v.Ends) > 0 {
		v.keepTexts(from)
		return
	}
	for to, i := range from {
		v.Null[to] = v.Null[i]
		if len(v.Ints) > 0 {
			v.Ints[to] = v.Ints[i]
		} else {
			v.Floats[to] = v.Floats[i]
		}
	}
	v.truncate(len(from))
}

// keepTexts puts the texts that stay into other memory: one may stand where only
// a value that goes had it.
func (v *Vector) keepTexts(from []int) {
	kept := Vector{Column: v.Column}
	for _, i := range from {
		kept.SetText(v.Text(i))
		kept.Null[kept.Len()-1] = v.Null[i]
	}
	*v = kept
}
