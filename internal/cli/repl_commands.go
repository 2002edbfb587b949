package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/kql/types"
)

const replHelp = `.tables              what the case holds
.columns TABLE       the columns of a table
.explain QUERY       the plan and the SQL of a query, and how long it takes
.format FORMAT       how results are printed: %s
.origins on|off      add the records that each row comes from
.timer on|off        say how long each query took
.help                this
A query may have many lines; it ends with ; or with an empty line, and so does
one that was pasted. A line that starts with | goes on from the query before it.
Tab completes names, the arrows go through what was typed before, Ctrl-C stops a
query or drops what was typed, Ctrl-D leaves.`

// command carries out a line that starts with a period.
func (r *repl) command(ctx context.Context, line string) {
	name, argument, _ := strings.Cut(line, " ")
	argument = strings.TrimSpace(argument)
	var err error
	switch name {
	case ".help":
		r.say(fmt.Sprintf(replHelp, strings.Join(queryFormats(), ", ")))
	case ".tables":
		err = r.cancellable(ctx, func(ctx context.Context) error { return r.tables(ctx) })
	case ".columns":
		err = r.columns(argument)
	case ".explain":
		err = r.explainText(ctx, argument)
	case ".format":
		err = r.format(argument)
	case ".origins":
		err = r.setOrigins(ctx, argument)
	case ".timer":
		err = r.setTimer(argument)
	case ".exit", ".quit":
		r.keys.close()
	default:
		err = fmt.Errorf("no command is called %s; .help names them", name)
	}
	r.report(ctx, err)
}

func (r *repl) tables(ctx context.Context) error {
	tables, err := r.s.c.Tables(ctx)
	if err != nil {
		return err
	}
	rows, err := newRowWriter("table", r.t, tableColumns(), r.out.width)
	if err != nil {
		return err
	}
	return printTables(rows, tables)
}

func (r *repl) columns(table string) error {
	cols, ok := r.schemas.columns(table)
	if !ok {
		return fmt.Errorf("no table is called %q; .tables names those of the case", table)
	}
	rows, err := newRowWriter("table", r.t, textColumns("Column", "Type"), r.out.width)
	if err != nil {
		return err
	}
	for _, c := range cols {
		if err := rows.row([]types.Value{types.NewString(c.Name), types.NewString(typeName(c.Type))}); err != nil {
			return err
		}
	}
	return rows.close()
}

func (r *repl) explainText(ctx context.Context, text string) error {
	if text == "" {
		return fmt.Errorf(".explain wants a query on the same line")
	}
	quiet := *r.a
	quiet.out, quiet.err = r.t, r.t
	return r.cancellable(ctx, func(ctx context.Context) error { return quiet.explainQuery(ctx, r.s, "query", text) })
}

func (r *repl) format(name string) error {
	if !slices.Contains(queryFormats(), name) {
		return fmt.Errorf(".format %s: want one of %s", name, strings.Join(queryFormats(), ", "))
	}
	r.out.format = name
	return nil
}

func (r *repl) setTimer(argument string) error {
	switch argument {
	case "on", "":
		r.timer = true
	case "off":
		r.timer = false
	default:
		return fmt.Errorf(".timer %s: want on or off", argument)
	}
	return nil
}

func (r *repl) setOrigins(ctx context.Context, argument string) error {
	switch argument {
	case "on", "":
		trace, err := r.a.tracer(ctx, r.s)
		if err != nil {
			return err
		}
		r.out.trace = trace
	case "off":
		r.out.trace = nil
	default:
		return fmt.Errorf(".origins %s: want on or off", argument)
	}
	return nil
}
