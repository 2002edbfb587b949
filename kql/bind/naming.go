package bind

import (
	"strings"

	"github.com/conshelf/conshelf/kql/builtin"
	"github.com/conshelf/conshelf/kql/syntax"
)

// nameOf returns the name that an expression gives its result column, or ”.
// It is Microsoft's rule: a path is joined with underscores, a conversion is
// named as what it converts, an aggregate has a prefix.
func (b *binder) nameOf(x syntax.Expr) string {
	switch x := x.(type) {
	case *syntax.Name:
		return x.Text
	case *syntax.Paren:
		return b.nameOf(x.X)
	case *syntax.Path:
		return b.pathName(x)
	case *syntax.Index:
		return b.indexName(x)
	case *syntax.Call:
		return b.callName(x)
	case *syntax.Named:
		return x.Names[0].Text
	case *syntax.Literal, *syntax.Dynamic, *syntax.DynamicArray, *syntax.DynamicBag, *syntax.Unary,
		*syntax.Binary, *syntax.Between, *syntax.Membership, *syntax.TypeOf, *syntax.Pipe,
		*syntax.DataTable, *syntax.ExternalData, *syntax.Foreign, *syntax.EntityGroup, *syntax.FunctionLiteral, *syntax.Wildcard:
		return ""
	}
	panic(x)
}

func (b *binder) pathName(x *syntax.Path) string {
	if x.Call != nil {
		return ""
	}
	if side, ok := x.X.(*syntax.Name); ok && (side.Text == "$left" || side.Text == "$right") {
		return x.Name.Text
	}
	return joinNames(b.nameOf(x.X), x.Name.Text)
}

// joinNames names a member by what it is a member of. Of what has no name,
// such as parse_url(u), a member has its own.
func joinNames(of, member string) string {
	if of == "" {
		return member
	}
	return of + "_" + member
}

// indexName names x[i] by a literal index.
func (b *binder) indexName(x *syntax.Index) string {
	of := b.nameOf(x.X)
	i, ok := x.Index.(*syntax.Literal)
	if !ok || i.Kind != syntax.StringLiteral && i.Kind != syntax.LongLiteral {
		if of == "" {
			return ""
		}
		return of + "_" // d[-1] is d_
	}
	return joinNames(of, i.Text)
}

func (b *binder) callName(x *syntax.Call) string {
	f, ok := builtin.Lookup(x.Func.Text)
	if !ok || b.userFunction(x.Func.Text) != nil {
		return ""
	}
	first := ""
	if len(x.Args) > 0 {
		first = b.nameOf(x.Args[0])
	}
	if sortsArrays(f.Name) && first != "" {
		return first + sortedSuffix
	}
	switch f.Column {
	case builtin.NoName:
		return ""
	case builtin.FirstArg, builtin.FirstArgOnly:
		if f.Name == "column_ifexists" && len(x.Args) > 0 {
			return b.found[x]
		}
		return first
	case builtin.PrefixedArg:
		return prefixOf(f) + "_" + first + rankName(f, x)
	case builtin.PrefixedArgs:
		name := prefixOf(f) + "_" + first
		if len(x.Args) > 1 && !b.env.Analyze { // Microsoft's binder names the first argument alone
			name += "_" + b.nameOf(x.Args[1])
		}
		return name
	}
	panic(f.Column)
}

// rankName is the end of the name of a percentile: percentile_b_50.
func rankName(f *builtin.Function, x *syntax.Call) string {
	last := len(x.Args) - 1
	if f.Name != "percentile" && f.Name != "percentilew" || last < 1 {
		return ""
	}
	rank, ok := x.Args[last].(*syntax.Literal)
	if !ok {
		return ""
	}
	return "_" + strings.ReplaceAll(rank.Text, ".", "_")
}

func prefixOf(f *builtin.Function) string {
	if f.Prefix != "" {
		return f.Prefix
	}
	return f.Name
}
