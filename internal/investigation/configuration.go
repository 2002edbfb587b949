package investigation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/ingest"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// Configuration calls each for every document of configuration of the case.
func (c *Case) Configuration(ctx context.Context, each func(kind string, document []byte) error) error {
	return c.documents(ctx, "", func(_ evidence.Origin, kind string, document []byte) error { return each(kind, document) })
}

// documents calls each for every document of configuration of the case that a
// condition in KQL holds for, with the record that it was read from.
func (c *Case) documents(ctx context.Context, condition string, each func(origin evidence.Origin, kind string, document []byte) error) error {
	found, err := c.has(ctx, ingest.ConfigurationTable)
	if err != nil || !found {
		return err
	}
	if condition != "" {
		condition = " | where " + condition
	}
	err = c.rows(ctx, ingest.ConfigurationTable+condition+" | project Kind, Document | order by Kind asc", true, func(row []types.Value) error {
		origin, err := firstOrigin(row)
		if err != nil {
			return err
		}
		return each(origin, row[0].Text, []byte(row[1].Text))
	})
	if err != nil {
		return fmt.Errorf("read %s: %w", ingest.ConfigurationTable, err)
	}
	return nil
}

func (c *Case) has(ctx context.Context, table string) (bool, error) {
	infos, err := c.Tables(ctx)
	if err != nil {
		return false, err
	}
	for _, info := range infos {
		if info.Name == table {
			return true, nil
		}
	}
	return false, nil
}

// rows runs one of the program's own queries over the tables.
func (c *Case) rows(ctx context.Context, text string, origins bool, each func([]types.Value) error) error {
	q, list, err := c.Compile(ctx, text, CompileOptions{})
	if err != nil {
		return err
	}
	if q == nil {
		return errors.New(firstOf(list))
	}
	if origins {
		q = plan.WithOrigins(q, 1)
	}
	return c.Query(ctx, q, each)
}

// firstOrigin returns the record of a row that has it, and how many, at its end.
func firstOrigin(row []types.Value) (evidence.Origin, error) {
	var pairs [][2]int64
	if err := json.Unmarshal([]byte(row[len(row)-2].Text), &pairs); err != nil {
		return evidence.Origin{}, fmt.Errorf("read the record of a row: %w", err)
	}
	if len(pairs) == 0 {
		return evidence.Origin{}, nil
	}
	return evidence.Origin{File: pairs[0][0], Record: pairs[0][1]}, nil
}
