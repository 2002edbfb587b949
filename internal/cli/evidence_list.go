package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/kql/types"
)

func (a *app) evidenceListCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "The files of the case: hash, size, when and by whom they were taken in",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.evidenceList(cmd.Context(), format)
		},
	}
	cmd.Flags().StringVarP(&format, "output", "o", "table", strings.Join(formats(), ", "))
	return cmd
}

func (a *app) evidenceList(ctx context.Context, format string) (err error) {
	c, err := a.openExisting(ctx, a.caseDir)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, c.Close()) }()
	files, err := c.Files(ctx)
	if err != nil {
		return err
	}
	cols := []types.Column{
		{Name: "File", Type: types.Long},
		{Name: "SHA256", Type: types.String},
		{Name: "Size", Type: types.Long},
		{Name: "Acquired", Type: types.DateTime},
		{Name: "By", Type: types.String},
		{Name: "Modified", Type: types.DateTime},
		{Name: "Format", Type: types.String},
		{Name: "Name", Type: types.String},
		{Name: "Source", Type: types.String},
	}
	rows, err := a.rows(format, cols)
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := rows.row(evidenceRow(f)); err != nil {
			return err
		}
	}
	return rows.close()
}

func evidenceRow(f evidence.File) []types.Value {
	at, modified, by, source := types.Null(types.DateTime), types.Null(types.DateTime), "", ""
	if q := f.Acquired; q != nil {
		if !q.At.IsZero() {
			at = types.NewDateTime(types.TicksOf(q.At))
		}
		if !q.Modified.IsZero() {
			modified = types.NewDateTime(types.TicksOf(q.Modified))
		}
		by, source = q.User+"@"+q.Host, q.Source
	}
	return []types.Value{
		types.NewLong(f.Number), types.NewString(string(f.SHA256)), types.NewLong(f.Size), at, types.NewString(by), modified,
		types.NewString(f.Format), types.NewString(f.Name()), types.NewString(source),
	}
}
