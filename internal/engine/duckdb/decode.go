package duckdb

import (
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/conshelf/conshelf/internal/compute/text"
)

// decodeFunctions are those that read a coded text by a reading of ours.
func decodeFunctions() []function {
	list := []function{
		{name: "kql_gunzip", signature: "s:s", eval: func(r *row, out *result) { out.text(must(text.Gunzip(r.text(0)))) }},
		{name: "kql_inflate", signature: "s:s", eval: func(r *row, out *result) { out.text(must(text.Inflate(r.text(0)))) }},
		{name: "kql_parse_xml", signature: "s:s", eval: func(r *row, out *result) {
			if json, ok := text.ParseXML(r.text(0)); ok {
				out.json(json)
			}
		}},
		{name: "kql_parse_user_agent", signature: "ss:s", eval: func(r *row, out *result) {
			out.text(must(agentRules()).Parse(r.text(0), strings.Fields(r.text(1))))
		}},
		{name: "kql_treepath", signature: "s:s", eval: func(r *row, out *result) { out.treePaths(r.json(0)) }},
		{name: "kql_base64_encode_array", signature: "s:s", eval: func(r *row, out *result) { out.text(encodeBytes(r.json(0))) }},
		{name: "kql_base64_encode_guid", signature: "s:s", eval: func(r *row, out *result) {
			if r.null(0) {
				out.text("")
				return
			}
			b := must(hex.DecodeString(strings.ReplaceAll(r.text(0), "-", "")))
			out.text(base64.StdEncoding.EncodeToString(swapGUID(b)))
		}},
		{name: "kql_base64_decode_guid", signature: "s:s", eval: func(r *row, out *result) {
			if b, ok := decodeBase64(r.text(0)); ok && len(b) == guidLength {
				out.text(formatGUID(swapGUID(b)))
			}
		}},
		{name: "kql_to_local", signature: "ls:l", eval: func(r *row, out *result) {
			if !r.anyNull() {
				out.instant(r.zone(1).ToLocal(r.long(0)))
			}
		}},
		{name: "kql_to_utc", signature: "ls:l", eval: func(r *row, out *result) {
			if r.anyNull() {
				return
			}
			if ticks, ok := r.zone(1).ToUTC(r.long(0)); ok {
				out.instant(ticks)
			}
		}},
	}
	for name, code := range map[string]func(string) (string, bool){
		"kql_punycode_encode": text.EncodePunycode, "kql_punycode_decode": text.DecodePunycode,
		"kql_domain_encode": text.EncodeDomain, "kql_domain_decode": text.DecodeDomain,
	} {
		list = append(list, function{name: name, signature: "s:s", eval: func(r *row, out *result) {
			coded, _ := code(r.text(0)) // what cannot be coded is ''
			out.text(coded)
		}})
	}
	return list
}

// agentRules holds the rules by which user agents are read: they never change.
var agentRules = sync.OnceValues(text.NewAgents)

// zones is the zone that a function read last, by its name.
type zones struct {
	name string
	zone text.Zone
}

// zone returns the time zone that argument k names.
func (r *row) zone(k int) text.Zone {
	if kept, ok := r.memo.(zones); ok && kept.name == r.text(k) {
		return kept.zone
	}
	kept := zones{name: strings.Clone(r.text(k))}
	kept.zone = must(text.LoadZone(kept.name))
	r.memo = kept
	return kept.zone
}

const guidLength = 16

// swapGUID changes between a guid as it is written and as .NET stores it: the
// first three groups are numbers with the lowest byte first.
func swapGUID(b []byte) []byte {
	b = slices.Clone(b)
	slices.Reverse(b[:4])
	slices.Reverse(b[4:6])
	slices.Reverse(b[6:8])
	return b
}

func formatGUID(b []byte) string {
	s := hex.EncodeToString(b)
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// encodeBytes encodes an array of bytes; anything else gives ”.
func encodeBytes(json string) string {
	list := elements(json)
	b := make([]byte, len(list))
	for i, e := range list {
		n, err := strconv.ParseUint(e, 10, 8)
		if err != nil {
			return ""
		}
		b[i] = byte(n)
	}
	return base64.StdEncoding.EncodeToString(b)
}

// treePaths lists the paths of a bag or an array, each once, a path before
// those under it. An element of an array is [0], whichever it is.
func (w *result) treePaths(json string) {
	if !isBag(json) && !isArray(json) {
		return
	}
	t := treeWalk{seen: map[string]bool{}}
	t.below("", json)
	w.text(joinArray(t.paths))
}

type treeWalk struct {
	paths []string
	seen  map[string]bool
}

func (t *treeWalk) below(path, json string) {
	for _, e := range elements(json) {
		t.at(path+"[0]", e)
	}
	for _, p := range properties(json) {
		t.at(path+"['"+dynamicText(p.key)+"']", p.value)
	}
}

func (t *treeWalk) at(path, json string) {
	if !t.seen[path] {
		t.seen[path] = true
		t.paths = append(t.paths, quoted(path))
	}
	t.below(path, json)
}
