package arm

import (
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/conshelf/conshelf/internal/doctree"
)

// call returns what a function gives. Names are in any case.
func (s *scope) call(c call, depth int) (*doctree.Node, error) {
	if f, ok := functions()[c.name]; ok {
		args, err := s.arguments(c, depth)
		if err != nil {
			return nil, err
		}
		v, err := f(args)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		if len(v.Text) > maxText {
			return nil, errDepth
		}
		return v, nil
	}
	switch c.name {
	case "parameters", "variables":
		args, err := s.arguments(c, depth)
		if err != nil {
			return nil, err
		}
		if len(args) != 1 {
			return nil, fmt.Errorf("%s: %w", c.name, errArguments)
		}
		return s.named(c.name, args[0].Text, depth)
	case "if":
		return s.choose(c, depth)
	}
	return nil, fmt.Errorf("the function %s depends on where the template is deployed, or is not known", c.name)
}

var errArguments = errors.New("the arguments are not what the function takes")

func (s *scope) arguments(c call, depth int) ([]*doctree.Node, error) {
	var args []*doctree.Node
	for _, a := range c.args {
		v, err := s.value(a, depth+1)
		if err != nil {
			return nil, err
		}
		args = append(args, v)
	}
	return args, nil
}

// choose returns the one of two values that a condition calls for; the other
// need not have one.
func (s *scope) choose(c call, depth int) (*doctree.Node, error) {
	if len(c.args) != 3 {
		return nil, fmt.Errorf("if: %w", errArguments)
	}
	condition, err := s.value(c.args[0], depth+1)
	if err != nil {
		return nil, err
	}
	if condition.Text == "true" {
		return s.value(c.args[1], depth+1)
	}
	return s.value(c.args[2], depth+1)
}

// A function gives a value for values.
type function func(args []*doctree.Node) (*doctree.Node, error)

func functions() map[string]function {
	return map[string]function{
		"concat":         concat,
		"format":         format,
		"tolower":        onText(strings.ToLower),
		"toupper":        onText(strings.ToUpper),
		"trim":           onText(strings.TrimSpace),
		"string":         onText(func(text string) string { return text }),
		"base64":         onText(func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }),
		"base64tostring": decoded,
		"replace":        replace,
		"split":          split,
		"first":          element(func(int) int { return 0 }),
		"last":           element(func(items int) int { return items - 1 }),
		"equals":         equals,
		"not":            not,
		"empty":          empty,
		"createarray":    createArray,
		"json":           parseJSON,
		"true":           constant(truth(true)),
		"false":          constant(truth(false)),
		"null":           constant(&doctree.Node{}),
	}
}

func truth(is bool) *doctree.Node {
	return &doctree.Node{Kind: doctree.Bool, Text: strconv.FormatBool(is)}
}

func constant(n *doctree.Node) function {
	return func([]*doctree.Node) (*doctree.Node, error) { return n, nil }
}

// texts returns what scalars say.
func texts(args []*doctree.Node) ([]string, error) {
	out := make([]string, len(args))
	for i, a := range args {
		text, ok := a.Scalar()
		if !ok {
			return nil, errArguments
		}
		out[i] = text
	}
	return out, nil
}

func onText(f func(string) string) function {
	return func(args []*doctree.Node) (*doctree.Node, error) {
		in, err := texts(args)
		if err != nil || len(in) != 1 {
			return nil, errArguments
		}
		return newText(f(in[0])), nil
	}
}

// concat joins texts, or lists.
func concat(args []*doctree.Node) (*doctree.Node, error) {
	if len(args) > 0 && args[0].Kind == doctree.List {
		out := &doctree.Node{Kind: doctree.List}
		for _, a := range args {
			if a.Kind != doctree.List {
				return nil, errArguments
			}
			out.Items = append(out.Items, a.Items...)
		}
		return out, nil
	}
	in, err := texts(args)
	return newText(strings.Join(in, "")), err
}

var placeholder = regexp.MustCompile(`\{\{|\}\}|\{(\d+)\}|[{}]`)

// format fills {0}, {1} and so on; two braces are one.
func format(args []*doctree.Node) (*doctree.Node, error) {
	in, err := texts(args)
	if err != nil || len(in) == 0 {
		return nil, errArguments
	}
	wrong := false
	filled := placeholder.ReplaceAllStringFunc(in[0], func(m string) string {
		switch m {
		case "{{", "}}":
			return m[:1]
		case "{", "}":
			wrong = true
			return ""
		}
		n, err := strconv.Atoi(m[1 : len(m)-1])
		if err != nil || n+1 >= len(in) {
			wrong = true
			return ""
		}
		return in[n+1]
	})
	if wrong {
		return nil, errArguments
	}
	return newText(filled), nil
}

func decoded(args []*doctree.Node) (*doctree.Node, error) {
	in, err := texts(args)
	if err != nil || len(in) != 1 {
		return nil, errArguments
	}
	text, err := base64.StdEncoding.DecodeString(in[0])
	return newText(string(text)), err
}

func replace(args []*doctree.Node) (*doctree.Node, error) {
	in, err := texts(args)
	if err != nil || len(in) != 3 {
		return nil, errArguments
	}
	return newText(strings.ReplaceAll(in[0], in[1], in[2])), nil
}

func split(args []*doctree.Node) (*doctree.Node, error) {
	in, err := texts(args)
	if err != nil || len(in) != 2 || in[1] == "" {
		return nil, errArguments
	}
	out := &doctree.Node{Kind: doctree.List}
	for part := range strings.SplitSeq(in[0], in[1]) {
		out.Items = append(out.Items, newText(part))
	}
	return out, nil
}

// element returns the element of a list that at chooses.
func element(at func(items int) int) function {
	return func(args []*doctree.Node) (*doctree.Node, error) {
		if len(args) != 1 || args[0].Kind != doctree.List || len(args[0].Items) == 0 {
			return nil, errArguments
		}
		return args[0].Items[at(len(args[0].Items))], nil
	}
}

func equals(args []*doctree.Node) (*doctree.Node, error) {
	if len(args) != 2 {
		return nil, errArguments
	}
	return truth(doctree.Equal(args[0], args[1])), nil
}

func not(args []*doctree.Node) (*doctree.Node, error) {
	if len(args) != 1 || args[0].Kind != doctree.Bool {
		return nil, errArguments
	}
	return truth(args[0].Text != "true"), nil
}

func empty(args []*doctree.Node) (*doctree.Node, error) {
	if len(args) != 1 {
		return nil, errArguments
	}
	return truth(args[0].Text == "" && len(args[0].Items) == 0 && len(args[0].Entries) == 0), nil
}

func createArray(args []*doctree.Node) (*doctree.Node, error) {
	return &doctree.Node{Kind: doctree.List, Items: args}, nil
}

func parseJSON(args []*doctree.Node) (*doctree.Node, error) {
	in, err := texts(args)
	if err != nil || len(in) != 1 {
		return nil, errArguments
	}
	return doctree.JSON(in[0])
}
