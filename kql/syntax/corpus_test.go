package syntax

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/conshelf/conshelf/kql/diag"
)

// A sample is a query of the shared corpus.
type sample struct {
	ID    string
	Query string
	KQL   string
	Error *string // what Kusto said; nil if it ran the query
}

func (s sample) text() string { return s.Query + s.KQL }

// samples reads a file of the shared corpus, or skips the test if it is not
// there.
func samples(tb testing.TB, name string) []sample {
	tb.Helper()
	file, err := os.Open(filepath.Join("../../../shared/data/kql", name))
	if err != nil {
		tb.Skip("the shared corpus is not here: ", err)
	}
	defer func() {
		if err := file.Close(); err != nil {
			tb.Error(err)
		}
	}()
	var list []sample
	for decoder := json.NewDecoder(file); decoder.More(); {
		var s sample
		if err := decoder.Decode(&s); err != nil {
			tb.Fatal(err)
		}
		list = append(list, s)
	}
	return list
}

// A brokenSample says which diagnostics the queries of one file have, and why
// that is right.
type brokenSample struct {
	codes  []diag.Code // the first of each broken query, sorted
	reason string
}

const fragment = "a fragment of a query, or no query at all"

// brokenSamples lists the published queries that do not parse.
func brokenSamples() map[string]brokenSample {
	expected, missing := diag.Expected, diag.MissingExpr
	one := func(code diag.Code, reason string) brokenSample {
		return brokenSample{[]diag.Code{code}, reason}
	}
	return map[string]brokenSample{
		"Exploration Queries/ExplorationQueryTemplate.yaml#0":                                                one(diag.NeedsBrackets, fragment),
		"DFIR/MDE - URLLookup.md#0":                                                                          one(expected, fragment),
		"Defender For Endpoint/LocalAccountCreated.md#0":                                                     one(expected, "a missing comma or bar after a call"),
		"Defender For Endpoint/RareISOFile.md#0":                                                             one(expected, "prose that lost its comment mark"),
		"Defender For Endpoint/RareNetParamaterExecutions.md#0":                                              one(expected, fragment),
		"Defender For Endpoint/USB/USBConnectors.md#0":                                                       one(missing, fragment),
		"Defender For Endpoint/ttp_t1219_netsupportrat_fin7.md#0":                                            one(expected, "a missing operator between two columns"),
		"Security Operations/TotalEventsByTable.md#0":                                                        one(expected, "a let without its semicolon"),
		"Threat Hunting/Ransomware - LeaksiteMontitoring.md#0":                                               one(expected, "a schema that is given twice"),
		"Vulnerability Management/MostExploitedVulnerabilities2022.md#0":                                     one(missing, fragment),
		"Exploits/CVE-2021-36934 usage detection.md#1":                                                       one(diag.UnknownDirective, "a comment with #"),
		"Webcasts/Airlift 2021 - Lets Invoke.csl#8":                                                          one(expected, fragment),
		"Webcasts/TrackingTheAdversary/Episode 3 - Summarizing, Pivoting, and Joining.txt#6":                 one(missing, fragment),
		"Workbooks/365DaysofKQL-Day100.kql#0":                                                                one(missing, "a notebook in JSON"),
		"msticpy/data/queries/m365d/kql_m365_hunting.yaml#0":                                                 one(missing, "lines joined, so that a comment hides the rest"),
		"msticpy/data/queries/mssentinel/kql_sent_azuresentinel.yaml#0":                                      {[]diag.Code{expected, expected}, "a table that is named twice; in~ in"},
		"msticpy/data/queries/mssentinel/kql_sent_lxsyslog_logon.yaml#0":                                     one(expected, "a placeholder that was not filled in"),
		"msticpy/data/queries/mssentinel/kql_sent_winevent.yaml#0":                                           one(missing, "a placeholder that was filled in with a keyword"),
		"msticpy/data/queries/mssentinel/kql_sent_winevent_proc.yaml#0":                                      one(expected, "a parenthesis too many"),
		"msticpy/data/queries/mssentinel/kql_sent_net.yaml#0":                                                {[]diag.Code{expected, missing, missing, missing, missing, missing, missing}, "a placeholder that was not filled in; a list in brackets after in"},
		"Webcasts/Ignite 2020 - Best practices for hunting across domains with Microsoft 365 Defender.txt#9": one(expected, "a missing bar"),
	}
}

// Published queries parse, but for those in the table; and each of them
// prints as what parses as the same.
func TestPublishedQueries(t *testing.T) {
	broken := brokenSamples()
	for _, name := range []string{"real_queries.jsonl", "schema_cases.jsonl", "engine_docs.jsonl"} {
		t.Run(name, func(t *testing.T) {
			got := map[string][]diag.Code{}
			for _, s := range samples(t, name) {
				query, list := ParseQuery(s.text())
				checkSpansOnce(t, s.text(), query)
				if !list.HasErrors() {
					checkRoundTrip(t, s.text())
					continue
				}
				got[s.ID] = append(got[s.ID], list[0].Code)
				if _, known := broken[s.ID]; !known {
					t.Errorf("%s\n%s", s.ID, list.Format("query", s.text()))
				}
			}
			for id, codes := range got {
				slices.Sort(codes)
				if want := broken[id].codes; want != nil && !slices.Equal(codes, want) {
					t.Errorf("%s has %v, want %v: %s", id, codes, want, broken[id].reason)
				}
			}
		})
	}
}

// Every entry of the table is a query that does not parse: an entry that is no
// longer true is an error too.
func TestBrokenSamplesAreBroken(t *testing.T) {
	broken := brokenSamples()
	for _, name := range []string{"real_queries.jsonl", "schema_cases.jsonl"} {
		for _, s := range samples(t, name) {
			if _, list := ParseQuery(s.text()); list.HasErrors() {
				delete(broken, s.ID)
			}
		}
	}
	for id := range broken {
		t.Errorf("%s parses, or is no longer there", id)
	}
}

// What Kusto ran, parses.
func TestQueriesThatRan(t *testing.T) {
	for _, s := range samples(t, "engine_fuzz.jsonl") {
		_, list := ParseQuery(s.text())
		if s.Error == nil && list.HasErrors() {
			t.Errorf("%s\n%s", s.ID, list.Format("query", s.text()))
		}
		if !list.HasErrors() {
			checkRoundTrip(t, s.text())
		}
	}
}

func BenchmarkParseQuery(b *testing.B) {
	list := samples(b, "real_queries.jsonl")
	size := 0
	for _, s := range list {
		size += len(s.text())
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, s := range list {
			ParseQuery(s.text())
		}
	}
}
