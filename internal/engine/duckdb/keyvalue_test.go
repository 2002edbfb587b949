package duckdb

import (
	"strings"
	"testing"
)

func TestParseKv(t *testing.T) {
	space := kvParser{pair: " ", kv: "=", quotes: []rune(`""()`), escapes: `\`}
	comma := kvParser{pair: ",", kv: ":"}
	wide := kvParser{pair: "&&", kv: "=>", greedy: true}
	for _, test := range []struct {
		name   string
		parser kvParser
		text   string
		want   string
	}{
		{"nothing", comma, "", `{}`},
		{"no pair", comma, "just a text, and more", `{}`},
		{"only delimiters", comma, ",,::,", `{"":":"}`},
		{"spaces around", comma, "  a : 1 ,\tb:2 ", `{"a":"1","b":"2"}`},
		{"the first counts", comma, "a:1,a:2", `{"a":"1"}`},
		{"no value", comma, "a:,b:1", `{"a":"","b":"1"}`},
		{"text between pairs", space, "x a=1 y z b=2", `{"a":"1","b":"2"}`},
		{"delimiters in quotes", space, `a="1 b=2" c=(3 (4)`, `{"a":"1 b=2","c":"3 (4"}`},
		{"a key in quotes", space, `"a b"=1`, `{"a b":"1"}`},
		{"a quote that does not end", space, `a="1 b=2`, `{"a":"\"1","b":"2"}`},
		{"an escape at the end", space, `a="1\`, `{"a":"\"1\\"}`},
		{"an escaped escape", space, `a="1\\" b=2`, `{"a":"1\\","b":"2"}`},
		{"text after a quote", space, `a="1"x b=2`, `{"a":"1","b":"2"}`},
		{"letters of several bytes", comma, "ключ:значение,é:ü", `{"ключ":"значение","é":"ü"}`},
		{"long delimiters, greedy", wide, "a=>1&&2&&b=>3&&4", `{"a":"1&&2","b":"3&&4"}`},
		{"no delimiter", kvParser{kv: "="}, "a=1", `{}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := joinBag(test.parser.parse(test.text)); got != test.want {
				t.Errorf("parse(%q) = %s, want %s", test.text, got, test.want)
			}
		})
	}
}

func TestFirstPairs(t *testing.T) {
	for array, want := range map[string]string{
		`[["a"," 1 "],["b","2"],["a","3"]]`: `{"a":"1","b":"2"}`,
		`[["a"],["b","2","3"]]`:             `{}`,
		`["a","b"]`:                         `{}`,
		`null`:                              `{}`,
		``:                                  `{}`,
		strings.Repeat("[", 100):            `{}`,
	} {
		if got := firstPairs(array); got != want {
			t.Errorf("firstPairs(%s) = %s, want %s", array, got, want)
		}
	}
}
