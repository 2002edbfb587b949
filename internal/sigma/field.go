package sigma

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/schema"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

var plainName = regexp.MustCompile(`^[A-Za-z_]\w*$`)

// expressions returns what of a row holds the field: texts, any of which may
// match. The names of fields are Sigma's, in any case.
func (t table) expressions(field string) ([]string, error) {
	names := spellings(field)
	for _, name := range names {
		if why := t.refused[strings.ToLower(name)]; why != "" {
			return nil, fmt.Errorf("the field %s cannot be looked at: %s", field, why)
		}
		if found := t.aliases[strings.ToLower(name)]; found != nil {
			return found, nil
		}
	}
	for _, name := range names {
		found, err := t.column(name)
		if found != "" || err != nil {
			return []string{found}, err
		}
	}
	return nil, fmt.Errorf("the field %s is in no column of %s", field, t.name)
}

// spellings returns what the field's name is without the property that raw
// records have around it, and the name.
func spellings(field string) []string {
	if len(field) > len("properties.") && strings.EqualFold(field[:len("properties.")], "properties.") {
		return []string{field[len("properties."):], field}
	}
	return []string{field}
}

// column returns a column of the table, or a property of one, as a text.
func (t table) column(field string) (string, error) {
	published, ok := schema.Lookup(t.name)
	if !ok {
		panic("sigma: no table " + t.name)
	}
	name, path, _ := strings.Cut(field, ".")
	if i := strings.IndexByte(name, '['); i > 0 {
		name, path = name[:i], strings.TrimPrefix(field[i:], ".")
	}
	i := slices.IndexFunc(published.Columns, func(c types.Column) bool { return strings.EqualFold(c.Name, name) })
	if i < 0 {
		return "", nil
	}
	c := published.Columns[i]
	switch {
	case path == "" && c.Type == types.String:
		return c.Name, nil
	case path == "":
		return "tostring(" + c.Name + ")", nil
	case slices.Contains(t.lists, c.Name) && !strings.HasPrefix(path, "["):
		return "", fmt.Errorf("the field %s reaches into a list, where only one value may stand", field)
	case c.Type == types.Dynamic:
		return property(c.Name, path, field)
	case slices.Contains(t.json, c.Name):
		return property("parse_json("+c.Name+")", path, field)
	}
	return "", fmt.Errorf("the field %s reaches into %s, which holds no properties", field, c.Name)
}

var pathStep = regexp.MustCompile(`^(?:\[(-?\d+)\]|([^.\[\]{}]+))\.?`)

// property returns what a path leads to, as a text.
func property(root, path, field string) (string, error) {
	for path != "" {
		m := pathStep.FindStringSubmatch(path)
		switch {
		case m == nil:
			return "", fmt.Errorf("the field %s is no path of properties: name an element of a list by its number", field)
		case m[1] != "":
			root += "[" + m[1] + "]"
		case plainName.MatchString(m[2]):
			root += "." + m[2]
		default:
			root += "[" + syntax.Quote(m[2]) + "]"
		}
		path = path[len(m[0]):]
	}
	return "tostring(" + root + ")", nil
}
