package arm

import (
	"fmt"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/doctree"
)

// resolve returns what a text of a resource's name gives in a template.
func resolve(t *testing.T, text string) string {
	t.Helper()
	doc, err := doctree.JSON(fmt.Sprintf(`{
		"contentVersion": "1",
		"parameters": {"a": {"defaultValue": "A"}, "none": {"type": "string"}, "list": {"defaultValue": ["x", "y"]}},
		"variables": {"b": "[concat(parameters('a'), 'b')]", "o": {"In": {"side": ["0", "[variables('b')]"]}}, "loop": "[variables('loop')]"},
		"resources": [{"type": "T", "name": %q}]
	}`, text))
	if err != nil {
		t.Fatal(err)
	}
	r := Resources(doc)[0]
	n, err := r.Resolved(r.Node.Value("name"))
	if err != nil {
		return "error: " + err.Error()
	}
	if text, ok := n.Scalar(); ok {
		return text
	}
	return n.Kind.String()
}

func TestExpressions(t *testing.T) {
	for text, want := range map[string]string{
		"plain":                                          "plain",
		"[[escaped]":                                     "[escaped]",
		"[not closed":                                    "[not closed",
		"[variables('b')]":                               "Ab",
		"[VARIABLES('B')]":                               "Ab",
		"[variables('o').in.side[1]]":                    "Ab",
		"[variables('o')['in'].side[0]]":                 "0",
		"[concat('it''s ', parameters('a'), 1)]":         "it's A1",
		"[format('{0}-{1}{{}}', 'x', 2)]":                "x-2{}",
		"[toLower(concat('A', toUpper('b')))]":           "ab",
		"[first(parameters('list'))]":                    "x",
		"[last(split('a/b/c', '/'))]":                    "c",
		"[replace('aXb', 'X', '-')]":                     "a-b",
		"[if(equals('a', 'a'), 'y', reference())]":       "y",
		"[if(not(empty('')), 'y', 'n')]":                 "n",
		"[base64ToString(base64('x'))]":                  "x",
		"[json('{\"a\": \"z\"}').a]":                     "z",
		"[concat(parameters('list'), createArray('z'))]": "a list",
		"[parameters('none')]":                           "error: the parameter none has no default value",
		"[parameters('nobody')]":                         "error: the template has no parameter nobody",
		"[resourceGroup().location]":                     "error: the function resourcegroup depends on where the template is deployed, or is not known",
		"[variables('loop')]":                            "error: " + errDepth.Error(),
		"[format('{1}', 'x')]":                           "error: format: " + errArguments.Error(),
		"[concat('a'":                                    "[concat('a'",
		"[concat('a'!)]":                                 `error: expression [concat('a'!)]: "!)" is nothing that may stand there`,
		"[variables('o').out]":                           "error: there is no property out",
		"[first(createArray())]":                         "error: first: " + errArguments.Error(),
	} {
		if got := resolve(t, text); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

// Variables that double one another would make a text larger than any memory.
func TestResolvingIsBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"contentVersion": "1", "variables": {"v0": "x"`)
	for i := range 50 {
		fmt.Fprintf(&b, `, "v%d": "[concat(variables('v%d'), variables('v%d'))]"`, i+1, i, i)
	}
	b.WriteString(`}, "resources": [{"type": "T", "name": "[variables('v50')]"}]}`)
	doc, err := doctree.JSON(b.String())
	if err != nil {
		t.Fatal(err)
	}
	r := Resources(doc)[0]
	if n, err := r.Resolved(r.Node.Value("name")); err == nil {
		t.Errorf("a text of %d bytes", len(n.Text))
	}
}

// Values of parameters are given in the terms of the template around.
func TestNestedDeployment(t *testing.T) {
	doc, err := doctree.JSON(`{"contentVersion": "1", "variables": {"v": "outer"}, "resources": {"d": {
		"type": "Microsoft.Resources/deployments", "properties": {
			"parameters": {"p": {"value": "[variables('v')]"}},
			"template": {"parameters": {"p": {"type": "string"}}, "variables": {"v": "inner"}, "resources": [{"type": "T", "name": "[concat(parameters('p'), variables('v'))]"}]}
		}}}}`)
	if err != nil {
		t.Fatal(err)
	}
	all := Resources(doc)
	n, err := all[1].Resolved(all[1].Node.Value("name"))
	if err != nil || n.Text != "outerinner" || all[1].Type != "t" {
		t.Errorf("%v %v", n, err)
	}
}

func FuzzExpression(f *testing.F) {
	f.Add("concat('a', variables('b').c[0])")
	f.Fuzz(func(_ *testing.T, text string) { _, _ = parse(text) })
}
