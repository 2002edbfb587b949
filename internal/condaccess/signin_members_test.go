package condaccess

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Every name that the readers of a sign-in ask for is among SignInMembers, or
// is of its id or times. What they read of policies and directories is not of a
// sign-in.
func TestSignInMembersAreWhatIsRead(t *testing.T) {
	known := append(SignInMembers(), "id", "createddatetime", "timegenerated", "time", "correlationid")
	readers := map[string][]string{
		"signin_read.go": nil, "facts_read.go": nil, "log.go": {"recordedIn"},
		"directory_read.go": {"readUser", "external", "readGuest", "readMembership", "idsOf"},
	}
	asked := 0
	for file, only := range readers {
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range tree.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || only != nil && !slices.Contains(only, f.Name.Name) {
				continue
			}
			for _, name := range namesIn(f) {
				asked++
				for part := range strings.SplitSeq(strings.ToLower(name), ".") {
					if !slices.Contains(known, part) {
						t.Errorf("%s: %s asks for %s, which is not among SignInMembers", file, f.Name.Name, name)
					}
				}
			}
		}
	}
	if asked < 150 {
		t.Errorf("only %d names were found", asked)
	}
}

// namesIn returns the texts that a function gives to what looks members up, or
// keeps in a list to give to it.
func namesIn(f *ast.FuncDecl) []string {
	var out []string
	texts := func(list []ast.Expr) {
		for _, e := range list {
			if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if s, err := strconv.Unquote(lit.Value); err == nil && s != "" {
					out = append(out, s)
				}
			}
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if s, ok := n.Fun.(*ast.SelectorExpr); ok && slices.Contains([]string{"first", "said", "get", "has"}, s.Sel.Name) {
				texts(n.Args)
			}
		case *ast.AssignStmt:
			if id, ok := n.Lhs[0].(*ast.Ident); ok && id.Name == "names" {
				if list, ok := n.Rhs[0].(*ast.CompositeLit); ok {
					texts(list.Elts)
				}
			}
		}
		return true
	})
	return out
}
