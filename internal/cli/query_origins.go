package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// originLimit is how many records of a row are named; all are counted.
const originLimit = 20

// A tracer names the records behind the rows of a query.
type tracer struct {
	files map[int64]string
}

func (a *app) tracer(ctx context.Context, s *session) (*tracer, error) {
	files, err := s.c.Files(ctx)
	if err != nil {
		return nil, err
	}
	t := &tracer{files: make(map[int64]string, len(files))}
	for _, f := range files {
		t.files[f.Number] = f.Name()
	}
	return t, nil
}

// query asks for the records too.
func (t *tracer) query(q *plan.Query) *plan.Query {
	if t == nil {
		return q
	}
	return plan.WithOrigins(q, originLimit)
}

// row writes the records of a row as an array of file:record. Their count has a
// record as often as the query read it; an array below the limit has each once,
// and is exact.
func (t *tracer) row(row []types.Value) ([]types.Value, error) {
	if t == nil {
		return row, nil
	}
	n := len(row)
	var pairs [][2]int64
	if err := json.Unmarshal([]byte(row[n-2].Text), &pairs); err != nil {
		return nil, fmt.Errorf("read the records of a row: %w", err)
	}
	list := []byte{'['}
	for i, pair := range pairs {
		if i > 0 {
			list = append(list, ',')
		}
		list = types.AppendQuoted(list, t.files[pair[0]]+":"+strconv.FormatInt(pair[1], 10))
	}
	named := append(row[:n-2:n-2], types.NewDynamic(string(append(list, ']'))), row[n-1])
	if len(pairs) < originLimit && row[n-1].Valid {
		named[n-1] = types.NewLong(int64(len(pairs)))
	}
	return named, nil
}
