package duckdb

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/conshelf/conshelf/internal/compute/procedure"
	"github.com/conshelf/conshelf/kql/sqlgen"
	"github.com/conshelf/conshelf/kql/types"
)

// maxProcedureBytes is how large the texts of a procedure's rows may be.
const maxProcedureBytes = 512 << 20

// procedureFunctions compute over all rows at once. A row comes back as one
// text: for each cell its length, a colon and its bytes, or a minus for null.
func procedureFunctions() []function {
	return []function{
		{name: "kql_procedure", signature: "sS:S", eval: func(r *row, out *result) {
			p := r.procedureOf(0)
			rows, err := procedure.Run(p.Name, p.args, procedure.Table{Columns: columnsOf(p.Input), Rows: r.cells(1, p.Input)}, columnsOf(p.Output))
			if err != nil {
				panic(err) // the query's error: see kqlCall
			}
			var b []byte
			size := 0
			for _, cells := range rows {
				b = appendCells(b[:0], cells)
				if size += len(b); size > maxProcedureBytes {
					panic(fmt.Errorf("the rows of %s are larger than %d bytes", p.Name, maxProcedureBytes))
				}
				out.element(string(b))
			}
		}},
		{name: "kql_cell", signature: "sl:s", eval: func(r *row, out *result) {
			if text, ok := cutCell(r.text(0), int(r.long(1))); ok {
				out.text(text)
			}
		}},
	}
}

// A decoded is a procedure with the arguments that it is called with.
type decoded struct {
	sqlgen.Procedure
	text string
	args []procedure.Arg
}

// procedureOf reads what argument k says; it is kept from row to row.
func (r *row) procedureOf(k int) *decoded {
	text := r.text(k)
	if d, ok := r.memo.(*decoded); ok && d.text == text {
		return d
	}
	d := &decoded{text: strings.Clone(text)}
	if err := json.Unmarshal([]byte(text), &d.Procedure); err != nil {
		panic(fmt.Errorf("read a procedure: %w", err))
	}
	for _, a := range d.Args {
		arg := procedure.Arg{Column: a.Column, Value: types.Null(a.Type)}
		if a.Column < 0 && a.Text != nil {
			v, err := procedure.ParseCell(a.Type, *a.Text)
			if err != nil {
				panic(err)
			}
			arg.Value = v
		}
		d.args = append(d.args, arg)
	}
	r.memo = d
	return d
}

func columnsOf(kinds []types.Scalar) []types.Column {
	cols := make([]types.Column, len(kinds))
	for i, t := range kinds {
		cols[i].Type = t
	}
	return cols
}

// cells reads the rows that argument k lists cell by cell.
func (r *row) cells(k int, kinds []types.Scalar) [][]types.Value {
	if r.null(k) || len(kinds) == 0 {
		return nil
	}
	start, n := r.args[k].entry(r.i)
	count := n / len(kinds)
	if count > procedure.MaxRows {
		panic(fmt.Errorf("there are more than %d rows; filter or summarize them first", procedure.MaxRows))
	}
	rows := make([][]types.Value, count)
	at, size := start, 0
	for i := range rows {
		rows[i] = make([]types.Value, len(kinds))
		for j, t := range kinds {
			rows[i][j] = types.Null(t)
			if !r.children[k].null(at) {
				text := strings.Clone(r.children[k].text(at))
				if size += len(text); size > maxProcedureBytes {
					panic(fmt.Errorf("the rows are larger than %d bytes; filter or summarize them first", maxProcedureBytes))
				}
				v, err := procedure.ParseCell(t, text)
				if err != nil {
					panic(err)
				}
				rows[i][j] = v
			}
			at++
		}
	}
	return rows
}

func appendCells(b []byte, cells []types.Value) []byte {
	var text []byte
	for _, v := range cells {
		if !v.Valid {
			b = append(b, '-')
			continue
		}
		text = procedure.AppendCell(text[:0], v)
		b = strconv.AppendInt(b, int64(len(text)), 10)
		b = append(b, ':')
		b = append(b, text...)
	}
	return b
}

// cutCell returns cell k of a row; false if it is null.
func cutCell(row string, k int) (string, bool) {
	for ; len(row) > 0; k-- {
		if row[0] == '-' {
			if k == 0 {
				return "", false
			}
			row = row[1:]
			continue
		}
		length, rest, _ := strings.Cut(row, ":")
		n, err := strconv.Atoi(length)
		if err != nil || n > len(rest) {
			panic(fmt.Errorf("read a row of a procedure: %q", length))
		}
		if k == 0 {
			return rest[:n], true
		}
		row = rest[n:]
	}
	panic(fmt.Errorf("a row of a procedure has too few cells"))
}
