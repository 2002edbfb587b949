package procedure

import (
	"errors"

	"github.com/conshelf/conshelf/kql/types"
)

// rowsNear keeps the rows near those whose last column is true. Arguments: how
// many rows before, and how many after.
func rowsNear(c *call) ([][]types.Value, error) {
	before, after := c.number(0), c.number(1)
	if before < 0 || after < 0 {
		return nil, errors.New("a number of rows is negative")
	}
	n := int64(len(c.in.Rows))
	before, after = min(before, n), min(after, n)
	keep := make([]bool, n)
	last := len(c.in.Columns) - 1
	done := int64(0) // rows up to here are decided
	for i, row := range c.in.Rows {
		if v := row[last]; !v.Valid || v.Int == 0 {
			continue
		}
		for k := max(done, int64(i)-before); k < min(n, int64(i)+after+1); k++ {
			keep[k] = true
		}
		done = min(n, int64(i)+after+1)
	}
	var rows [][]types.Value
	for i, row := range c.in.Rows {
		if keep[i] {
			rows = append(rows, row[:last])
		}
	}
	return rows, nil
}
