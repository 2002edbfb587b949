package bind

import (
	"strings"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// foreignRows binds a source that is in no database. Nothing runs it; where a
// query is only looked at, its columns are those that are known.
func (b *binder) foreignRows(x *syntax.Foreign) *relation {
	b.decline(x, diag.Unsupported, x.What+" is not supported: nothing is fetched, and nothing is changed", "", types.Unknown)
	if x.Columns != nil {
		return b.unread(b.declaredColumns(x.Columns), false)
	}
	cols := commandColumns(x.Text)
	return b.unread(cols, cols == nil)
}

// commandColumns returns the columns that a management command is documented
// to give; nil: they are not known.
func commandColumns(text string) []types.Column {
	words := strings.Fields(strings.ToLower(text))
	if len(words) < 2 {
		return nil
	}
	switch first := words[0]; {
	case words[1] == "function" && (first == ".create" || first == ".create-or-alter" || first == ".alter"),
		first == ".show" && words[1] == "functions":
		return schemaOf("Name:string Parameters:string Body:string Folder:string DocString:string")
	case first == ".set", first == ".append", first == ".set-or-append", first == ".set-or-replace":
		return schemaOf("ExtentId:guid OriginalSize:long ExtentSize:long ColumnSize:long IndexSize:long RowCount:long")
	case first == ".show" && words[1] == "tables":
		return schemaOf("TableName:string DatabaseName:string Folder:string DocString:string")
	}
	return nil
}

// macroExpand binds macro-expand: what its statements give for each entity of
// a group. The entities are databases elsewhere, so that it is only looked at.
func (b *binder) macroExpand(op *syntax.MacroExpand) *relation {
	b.decline(op, diag.Unsupported, "macro-expand is not supported: there is one database, the evidence; nothing is fetched",
		"write union of the tables, and map each to a file", types.Unknown)
	if name, ok := op.Group.(*syntax.Name); ok {
		if bound := b.scope.lookup(name.Text); bound == nil || bound.group == nil {
			b.report(name, diag.UnknownName, "no entity_group is called "+name.Text, "")
		}
	}
	outer, entities := b.scope, b.entities
	defer func() { b.scope, b.entities = outer, entities }()
	b.scope = newScope(outer)
	b.entities = map[string]bool{op.Name.Text: true}
	for name := range entities {
		b.entities[name] = true
	}
	t := broken()
	for _, s := range op.Body {
		if x := b.statement(s); x != nil {
			t = b.table(x)
		}
	}
	cols := t.rel.Columns()
	return &relation{rel: &plan.Values{Cols: cols}, open: t.open}
}
