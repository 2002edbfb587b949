package investigation

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/conshelf/conshelf/internal/rule"
	"github.com/conshelf/conshelf/kql/bind"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/syntax"
)

// LoadFunctions reads saved functions: files that end in .kql, each a function
// of the file's name, and parsers of ASIM in YAML. A file that cannot be read
// is a problem; the others are loaded. Functions come in the order of names.
//
// A .kql file holds the body. It may begin with its parameters in one of the
// forms
//
//	// Name(user:string, from:datetime=datetime(null))
//	.create-or-alter function with (folder='x') Name(user:string) { body }
//	(user:string) { body }
func LoadFunctions(dir fs.FS) ([]bind.Function, []rule.Problem) {
	var functions []bind.Function
	var problems []rule.Problem
	err := fs.WalkDir(dir, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !d.Type().IsRegular() {
			return nil
		}
		found, text, err := loadFunction(dir, name)
		if err != nil {
			problems = append(problems, broken(name, "", err.Error()))
		}
		for _, f := range found {
			if slices.ContainsFunc(functions, func(g bind.Function) bool { return g.Name == f.Name }) {
				problems = append(problems, broken(name, text, "another file defines a function of the name "+f.Name))
				continue
			}
			if list := check(f, text); list.HasErrors() {
				problems = append(problems, rule.Problem{Path: name, Text: text, Diagnostics: list})
				continue
			}
			functions = append(functions, f)
		}
		return nil
	})
	if err != nil {
		problems = append(problems, broken(".", "", err.Error()))
	}
	slices.SortFunc(functions, func(f, g bind.Function) int { return strings.Compare(f.Name, g.Name) })
	return functions, problems
}

func broken(file, text, message string) rule.Problem {
	var list diag.List
	list.Errorf(diag.Span{}, diag.UnexpectedText, "%s", message)
	return rule.Problem{Path: file, Text: text, Diagnostics: list}
}

// loadFunction reads the functions of a file; none if it is no file of any.
func loadFunction(dir fs.FS, name string) ([]bind.Function, string, error) {
	extension := path.Ext(name)
	switch extension {
	case ".kql", ".yaml", ".yml":
	default:
		return nil, "", nil
	}
	data, err := fs.ReadFile(dir, name)
	if err != nil {
		return nil, "", err
	}
	text := string(bytes.TrimPrefix(data, []byte("\uFEFF")))
	if extension == ".kql" {
		return []bind.Function{functionOf(strings.TrimSuffix(path.Base(name), extension), text)}, text, nil
	}
	list, err := parserOf(data)
	return list, text, err
}

// functionOf takes the parameters of a function off its text.
func functionOf(name, text string) bind.Function {
	f := bind.Function{Name: name, Body: text}
	head := strings.TrimSpace(text)
	switch {
	case strings.HasPrefix(head, ".create"):
		return commanded(f, head)
	case strings.HasPrefix(head, "("):
		if params, body, ok := braced(head); ok {
			f.Parameters, f.Body = params, body
		}
		return f
	case strings.HasPrefix(head, "//"):
		first, _, _ := strings.Cut(head, "\n")
		rest, ok := strings.CutPrefix(strings.TrimSpace(strings.TrimPrefix(first, "//")), name+"(")
		if end := closing("(" + rest); ok && end > 0 {
			f.Parameters = rest[:end-1]
		}
	}
	return f
}

// commanded reads .create-or-alter function [with (…)] Name(params) { body }.
// The name in the command wins over the file's.
func commanded(f bind.Function, text string) bind.Function {
	_, rest, ok := strings.Cut(text, "function")
	rest = strings.TrimSpace(rest)
	if !ok {
		return f
	}
	for _, word := range []string{"ifnotexists", "with"} {
		after, found := strings.CutPrefix(rest, word)
		if !found {
			continue
		}
		rest = strings.TrimSpace(after)
		if end := closing(rest); word == "with" && end > 0 {
			rest = strings.TrimSpace(rest[end+1:])
		}
	}
	open := strings.IndexByte(rest, '(')
	if open < 0 {
		return f
	}
	params, body, ok := braced(rest[open:])
	if !ok {
		return f
	}
	return bind.Function{Name: strings.Trim(strings.TrimSpace(rest[:open]), `[]'"`), Parameters: params, Body: body}
}

// braced takes (params) { body } apart.
func braced(text string) (params, body string, ok bool) {
	end := closing(text)
	if end < 0 {
		return "", "", false
	}
	rest := strings.TrimSpace(text[end+1:])
	rest = strings.TrimRight(rest, "; \t\r\n")
	if !strings.HasPrefix(rest, "{") || !strings.HasSuffix(rest, "}") {
		return "", "", false
	}
	return text[1:end], rest[1 : len(rest)-1], true
}

// closing returns where the parenthesis that text begins with is closed, or -1.
// Parentheses in strings do not count.
func closing(text string) int {
	depth := 0
	var quote byte
	for i := range len(text) {
		c := text[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '(':
			depth++
		case c == ')':
			depth--
		}
		if depth == 0 {
			return i
		}
	}
	return -1
}

// A parserFile is an ASIM parser as it is published.
type parserFile struct {
	ParserName   string `yaml:"ParserName"`
	Alias        string `yaml:"EquivalentBuiltInParser"`
	ParserQuery  string `yaml:"ParserQuery"`
	ParserParams []struct {
		Name    string `yaml:"Name"`
		Type    string `yaml:"Type"`
		Default string `yaml:"Default"`
	} `yaml:"ParserParams"`
}

// parserOf reads an ASIM parser, which has a name of its own and may have that
// of a built-in one; none if the file is no parser.
func parserOf(data []byte) ([]bind.Function, error) {
	var p parserFile
	if err := yaml.Unmarshal(data, &p); err != nil {
		return nil, fmt.Errorf("it is no YAML: %s", strings.SplitN(err.Error(), "\n", 2)[0])
	}
	if p.ParserName == "" || p.ParserQuery == "" {
		return nil, nil
	}
	var params []string
	for _, param := range p.ParserParams {
		text := param.Name + ":" + param.Type
		if param.Type == "table" || strings.HasPrefix(param.Type, "table:") {
			text = param.Name + ":" + strings.TrimPrefix(strings.TrimPrefix(param.Type, "table"), ":")
		}
		if param.Default != "" {
			text += "=" + defaultOf(param.Type, param.Default)
		}
		params = append(params, text)
	}
	f := bind.Function{Name: p.ParserName, Parameters: strings.Join(params, ", "), Body: p.ParserQuery}
	if p.Alias == "" || p.Alias == p.ParserName {
		return []bind.Function{f}, nil
	}
	alias := f
	alias.Name = p.Alias
	return []bind.Function{f, alias}, nil
}

// defaultOf is a default as KQL. That of a string is published with or without
// its quotes.
func defaultOf(t, text string) string {
	if t != "string" || strings.HasPrefix(text, "'") || strings.HasPrefix(text, `"`) {
		return text
	}
	return syntax.Quote(text)
}

// check reads a function's text as the binder will, and returns what is wrong
// with it by its place in the file.
func check(f bind.Function, text string) diag.List {
	head := "let f = (" + f.Parameters + ") {"
	_, list := syntax.ParseQuery(head + f.Body + "\n}")
	start := strings.Index(text, f.Body)
	for i := range list {
		list[i].Span.Start += start - len(head)
		list[i].Span.End += start - len(head)
		if start < 0 || list[i].Span.Start < 0 {
			list[i].Span = diag.Span{}
		}
	}
	return list
}
