package syntax

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/conshelf/conshelf/kql/diag"
)

// dump writes a tree as an outline, without spans and without what is empty.
// Two trees are equal if their dumps are.
func dump(n Node) string {
	var b strings.Builder
	dumpValue(&b, reflect.ValueOf(n), 0)
	return b.String()
}

func dumpValue(b *strings.Builder, v reflect.Value, depth int) {
	for v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		fmt.Fprintf(b, "%#v\n", v.Interface())
		return
	}
	if name, ok := v.Interface().(Name); ok {
		dumpName(b, name)
		return
	}
	fmt.Fprintln(b, v.Type().Name())
	for i := range v.NumField() {
		dumpField(b, v.Type().Field(i).Name, v.Field(i), depth+1)
	}
}

func dumpName(b *strings.Builder, name Name) {
	if name.Quoted {
		fmt.Fprintf(b, "Name [%q]\n", name.Text)
		return
	}
	fmt.Fprintf(b, "Name %s\n", name.Text)
}

func dumpField(b *strings.Builder, name string, v reflect.Value, depth int) {
	if name == "node" || v.Type() == reflect.TypeFor[diag.Span]() || v.IsZero() && v.Kind() != reflect.Int {
		return
	}
	indent := strings.Repeat("  ", depth)
	if v.Kind() != reflect.Slice {
		fmt.Fprintf(b, "%s%s: ", indent, name)
		dumpValue(b, v, depth)
		return
	}
	for i := range v.Len() {
		item := v.Index(i)
		if item.Kind() == reflect.Slice {
			dumpField(b, fmt.Sprintf("%s[%d]", name, i), item, depth)
			continue
		}
		fmt.Fprintf(b, "%s%s[%d]: ", indent, name, i)
		if item.Kind() == reflect.Interface && item.IsNil() {
			b.WriteString("none\n")
			continue
		}
		dumpValue(b, item, depth)
	}
}
