package cli

import (
	"context"
	"io"
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
	return printTables(a.out, format, tables, terminalWidth(a.out))
}

func printTables(w io.Writer, format string, tables []engine.TableInfo, width int) error {
	cols := []types.Column{
		{Name: "Table", Type: types.String},
		{Name: "Rows", Type: types.Long},
		{Name: "Columns", Type: types.Long},
		{Name: "First", Type: types.DateTime},
		{Name: "Last", Type: types.DateTime},
	}
	rows, err := newRowWriter(format, w, cols, width)
	if err != nil {
		return err
	}
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
