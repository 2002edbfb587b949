package sqlgen

import (
	"testing"

	"github.com/conshelf/conshelf/kql/builtin"
)

// Every builtin is mapped, or refused with a reason, and nothing else is.
func TestDuckDBIsTotal(t *testing.T) {
	d := DuckDB()
	known := map[string]bool{}
	for _, f := range builtin.Functions() {
		if f.Alias != "" {
			continue
		}
		known[f.Name] = true
		reason, refused := d.Refusal(f)
		switch mapped := d.maps(f); {
		case mapped && refused && !f.Replaced:
			t.Errorf("%s is both mapped and refused", f.Name)
		case !mapped && !refused:
			t.Errorf("%s is neither mapped nor refused", f.Name)
		case refused && reason == "":
			t.Errorf("%s is refused without a reason", f.Name)
		}
	}
	for name := range d.refused {
		if !known[name] {
			t.Errorf("%s is refused, but is no builtin", name)
		}
	}
	for name := range d.calls {
		if !known[name] && name[0] != '$' {
			t.Errorf("%s is mapped, but is no builtin", name)
		}
	}
	for name := range d.aggregates {
		if !known[name] && name[0] != '$' {
			t.Errorf("%s is mapped, but is no aggregate", name)
		}
	}
}

func TestRegexDialect(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{`^a.b$`, `^a.b$`},
		{`\d+`, `[\p{Nd}]+`},
		{`[^\d-]`, `[^\p{Nd}-]`},
		{`[\s\S]`, `[\t-\r\x{85}\p{Z}\S]`},
		{`\\d`, `\\d`},
		{`[[:alpha:]]\.`, `[[:alpha:]]\.`},
		{`(?<user>[^@]+)@`, `(?P<user>[^@]+)@`},
		{`[]a]`, `[\]a]`},
	} {
		got, err := regexDialect(test.in)
		if err != nil || got != test.want {
			t.Errorf("regexDialect(%s) = %s, %v; want %s", test.in, got, err, test.want)
		}
	}
	for _, in := range []string{`(?=a)`, `(a`, `[a&&b]`, `[\S]`, `(a)\1`} {
		if got, err := regexDialect(in); err == nil {
			t.Errorf("regexDialect(%s) = %s; want an error", in, got)
		}
	}
}

func TestQuoting(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{Identifier(`a"b`), `"a""b"`},
		{Quote(`it's \ "x"`), `'it''s \ "x"'`},
		{(&generator{}).literalText("a\x00b"), "CAST($1 AS VARCHAR)"},
		{(&generator{}).literalText("a\xffb"), "'a\uFFFDb'"},
		{literalLong(-1 << 63), "CAST('-9223372036854775808' AS BIGINT)"},
	} {
		if test.got != test.want {
			t.Errorf("got %s, want %s", test.got, test.want)
		}
	}
}

func TestNamesDifferInMoreThanCase(t *testing.T) {
	n := namer{}
	seen := map[string]bool{}
	for _, name := range []string{"UserId", "Userid", "userid$1", "USERID", "", "$"} {
		got := n.name(name)
		if seen[got] {
			t.Errorf("%q was given the name %s again", name, got)
		}
		seen[got] = true
	}
}
