package text

import (
	"strings"
	"testing"
)

func TestParseXML(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"empty", `<e/>`, `{"e":null}`},
		{"empty with an end", `<e></e>`, `{"e":null}`},
		{"text", `<e>text</e>`, `{"e":"text"}`},
		{"attribute", `<e name="value" />`, `{"e":{"@name":"value"}}`},
		{"attribute and text", `<e name="value">text</e>`, `{"e":{"@name":"value","#text":"text"}}`},
		{"children", `<e> <a>text</a> <b>1</b> </e>`, `{"e":{"a":"text","b":"1"}}`},
		{"repeated", `<e><a>1</a><b/><a n="2">3</a></e>`, `{"e":{"a":["1",{"@n":"2","#text":"3"}],"b":null}}`},
		{"text and children", `<e>one<a>1</a>two</e>`, `{"e":{"#text":["one","two"],"a":"1"}}`},
		{"what is skipped", `<?xml version="1.0" encoding="utf-16"?><!-- c --><e><!-- c -->x<![CDATA[y]]></e>`, `{"e":"x"}`},
		{"entities", `<e a="&lt;&#65;">&amp;&quot;</e>`, `{"e":{"@a":"<A","#text":"&\""}}`},
		{"prefix", `<x:e xmlns:x="urn:x"><x:a/></x:e>`, `{"x:e":{"@xmlns:x":"urn:x","x:a":null}}`},
		{"spaces of a text stay", "<e> a b\n</e>", `{"e":" a b\n"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got, ok := ParseXML(test.in); !ok || got != test.want {
				t.Errorf("ParseXML(%s) = %s, %v; want %s", test.in, got, ok, test.want)
			}
		})
	}
}

func TestParseXMLRefuses(t *testing.T) {
	deep := strings.Repeat("<a>", maxXMLDepth+1) + strings.Repeat("</a>", maxXMLDepth+1)
	for _, in := range []string{
		"", "text", "<e>", "</e>", "<a></b>", "<a/><b/>", "text<a/>", `<a x="1" x="2"/>`, "<a>&unknown;</a>", "<![CDATA[]]><a/>", deep,
		"<a>" + strings.Repeat("x", maxXML) + "</a>",
	} {
		if got, ok := ParseXML(in); ok {
			t.Errorf("ParseXML(%.60s) = %.60s; want none", in, got)
		}
	}
}

func FuzzParseXML(f *testing.F) {
	f.Add(`<e a="1">x<b/><b>&amp;</b></e>`)
	f.Fuzz(func(t *testing.T, s string) {
		if got, ok := ParseXML(s); ok && !strings.HasPrefix(got, `{"`) {
			t.Errorf("ParseXML(%q) = %q", s, got)
		}
	})
}
