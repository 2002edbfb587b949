package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/kql/types"
)

func (a *app) tablesCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "tables",
		Short: "What the case holds: tables, rows, and from when to when",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.tables(cmd.Context(), format)
		},
	}
	cmd.Flags().StringVarP(&format, "output", "o", "table", strings.Join(formats(), ", "))
	return cmd
}

func (a *app) tables(ctx context.Context, format string) (err error) {
	c, err := a.openExisting(ctx, a.caseDir)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, c.Close()) }()
	tables, err := c.Tables(ctx)
	if err != nil {
		return err
	}
	rows, err := a.rows(format, tableColumns())
	if err != nil {
		return err
	}
	return printTables(rows, tables)
}

func tableColumns() []types.Column {
	return []types.Column{
		{Name: "Table", Type: types.String},
		{Name: "Rows", Type: types.Long},
		{Name: "Columns", Type: types.Long},
		{Name: "First", Type: types.DateTime},
		{Name: "Last", Type: types.DateTime},
	}
}

func printTables(rows rowWriter, tables []engine.TableInfo) error {
	for _, t := range tables {
		if err := rows.row(tableRow(t)); err != nil {
			return err
		}
	}
	return rows.close()
}

func tableRow(t engine.TableInfo) []types.Value {
	first, last := types.Null(types.DateTime), types.Null(types.DateTime)
	if t.Last != 0 {
		first, last = types.NewDateTime(t.First), types.NewDateTime(t.Last)
	}
	return []types.Value{types.NewString(t.Name), types.NewLong(t.Rows), types.NewLong(int64(len(t.Columns))), first, last}
}
