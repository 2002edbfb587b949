package investigation

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/ingest"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// Files returns the manifest of the case: every file that was read, in the
// order of their numbers.
func (c *Case) Files(ctx context.Context) ([]evidence.File, error) {
	manifest := types.Table{Name: ingest.ManifestTable, Columns: []types.Column{{Name: ingest.ManifestColumn, Type: types.Dynamic}}}
	var files []evidence.File
	err := c.engine.Query(ctx, &plan.Query{Root: &plan.Scan{Table: manifest}}, func(row []types.Value) error {
		var f evidence.File
		if err := json.Unmarshal([]byte(row[0].Text), &f); err != nil {
			return fmt.Errorf("manifest entry: %w", err)
		}
		files = append(files, f)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the manifest: %w", err)
	}
	slices.SortFunc(files, func(a, b evidence.File) int { return cmp.Compare(a.Number, b.Number) })
	return files, nil
}
