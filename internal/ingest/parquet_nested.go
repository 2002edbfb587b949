package ingest

import (
	"bytes"
	"strings"

	"github.com/parquet-go/parquet-go"
)

// An assembler puts together, as JSON, what Parquet takes apart: values of
// nested columns with the depth to which they repeat and are defined.
type assembler struct {
	f     *parquetFrames
	cells [][]parquet.Value // what is left of each column
}

// node appends the value of a node whose first leaf is that column, and takes
// its cells. Repeats and defined are the depths of what is around it.
func (a *assembler) node(n parquet.Node, column, repeats, defined int) {
	switch {
	case n.Optional():
		if a.depth(column) <= defined {
			a.absent(n, column)
			a.f.buffer = append(a.f.buffer, "null"...)
			return
		}
		a.present(n, column, repeats, defined+1)
	case n.Repeated():
		a.list(n, column, repeats+1, defined+1)
	default:
		a.present(n, column, repeats, defined)
	}
}

// depth is how far the next cell of a column is defined.
func (a *assembler) depth(column int) int { return a.cells[column][0].DefinitionLevel() }

// absent takes one cell of each leaf of a node that is not there.
func (a *assembler) absent(n parquet.Node, column int) {
	for i := range leaves(n) {
		a.cells[column+i] = a.cells[column+i][1:]
	}
}

// list appends the elements of a node that repeats.
func (a *assembler) list(n parquet.Node, column, repeats, defined int) {
	a.f.buffer = append(a.f.buffer, '[')
	if a.depth(column) < defined {
		a.absent(n, column)
		a.f.buffer = append(a.f.buffer, ']')
		return
	}
	for first := true; ; first = false {
		if !first {
			a.f.buffer = append(a.f.buffer, ',')
		}
		a.present(n, column, repeats, defined)
		if rest := a.cells[column]; len(rest) == 0 || rest[0].RepetitionLevel() != repeats {
			break
		}
	}
	a.f.buffer = append(a.f.buffer, ']')
}

// present appends the value of a node that is there.
func (a *assembler) present(n parquet.Node, column, repeats, defined int) {
	if n.Leaf() {
		a.leaf(n, column)
		return
	}
	fields := n.Fields()
	if inner := listElement(n, fields); inner != nil {
		a.node(inner, column, repeats, defined)
		return
	}
	a.f.buffer = append(a.f.buffer, '{')
	for i, field := range fields {
		if i > 0 {
			a.f.buffer = append(a.f.buffer, ',')
		}
		a.f.buffer = appendQuoted(a.f.buffer, []byte(strings.ToValidUTF8(field.Name(), replacement)))
		a.f.buffer = append(a.f.buffer, ':')
		a.node(field, column, repeats, defined)
		column += leaves(field)
	}
	a.f.buffer = append(a.f.buffer, '}')
}

// listElement returns the one field of a node that only says that there is a
// list: the list itself, or the element in it.
func listElement(n parquet.Node, fields []parquet.Field) parquet.Node {
	if len(fields) != 1 {
		return nil
	}
	name := fields[0].Name()
	if fields[0].Repeated() && (name == "list" || name == "bag" || name == "array") ||
		n.Repeated() && (name == "element" || name == "item" || name == "array_element") {
		return fields[0]
	}
	return nil
}

// leaf appends one value as JSON.
func (a *assembler) leaf(n parquet.Node, column int) {
	cell := a.cells[column][0]
	a.cells[column] = a.cells[column][1:]
	if cell.IsNull() {
		a.f.buffer = append(a.f.buffer, "null"...)
		return
	}
	from := len(a.f.buffer)
	if a.f.leaf(n, cell) != kindText {
		return
	}
	text := bytes.ToValidUTF8(bytes.Clone(a.f.buffer[from:]), []byte(replacement))
	a.f.buffer = appendQuoted(a.f.buffer[:from], text)
}
