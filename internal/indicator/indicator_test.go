package indicator

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/conshelf/conshelf/internal/activity"
)

func TestRead(t *testing.T) {
	ip := func(v string) activity.Indicator { return activity.Indicator{Kind: activity.IP, Value: v} }
	tests := map[string]struct {
		text    string
		want    []activity.Indicator
		skipped []string // what each reason holds
	}{
		"values alone": {
			"192.0.2.7\n# a comment\n2001:DB8::1\nAdele@contoso.com\nfabrikam.com\n192.0.2.7\n\n",
			[]activity.Indicator{ip("192.0.2.7"), ip("2001:db8::1"), {Kind: activity.User, Value: "adele@contoso.com"}, {Kind: activity.Domain, Value: "fabrikam.com"}},
			nil,
		},
		"columns in any order": {
			"\ufeffDescription,Type,Value\nscanner,ip-src,198.51.100.9/24\n,user-agent,\"Mozilla/5.0 (X11; Linux x86_64), like\"\n,md5,aa\n",
			[]activity.Indicator{ip("198.51.100.0/24"), {Kind: activity.Agent, Value: "Mozilla/5.0 (X11; Linux x86_64), like"}},
			[]string{"type md5 is in no log"},
		},
		"what may be several kinds": {
			"00000000-0000-4000-8000-00000000000a\nhello\n", nil, []string{"may be an account, an application or a session", `"hello" is of no kind`},
		},
		"defanged":      {"192[.]0[.]2[.]7\nadele[@]contoso[.]com\n", []activity.Indicator{ip("192.0.2.7"), {Kind: activity.User, Value: "adele@contoso.com"}}, nil},
		"wrong address": {"value,type\n300.1.1.1,ip\n", nil, []string{`"300.1.1.1" is no address`}},
		"MISP array": {
			`[{"Event":{"Attribute":[{"type":"ip-dst","value":"192.0.2.7"},{"type":"ip-dst","value":"192.0.2.8","deleted":true}],"Object":[{"Attribute":[{"uuid":"u","type":"azure-application-id","value":"A1"},{"type":"yara","value":"x"}]}]}}]`,
			[]activity.Indicator{ip("192.0.2.7"), {Kind: activity.App, Value: "a1"}},
			[]string{"type yara"},
		},
		"MISP search": {
			`{"response":[{"Event":{"Attribute":[{"type":"ip-dst|port","value":"192.0.2.7|443"},{"type":"domain|ip","value":"fabrikam.com|192.0.2.9"}]}}]}`,
			[]activity.Indicator{ip("192.0.2.7")},
			[]string{"type domain|ip"},
		},
		"MISP attributes": {`{"response":{"Attribute":[{"type":"ip-src","value":"2001:db8::1"}]}}`, []activity.Indicator{ip("2001:db8::1")}, nil},
		"STIX observables": {
			`{"type":"bundle","objects":[{"type":"url","id":"o1","value":"https://fabrikam.com/"},{"type":"identity","id":"o2"},{"type":"user-account","id":"o3","account_login":"bob@contoso.com"}]}`,
			[]activity.Indicator{{Kind: activity.User, Value: "bob@contoso.com"}},
			[]string{"type url"},
		},
		"STIX": {
			`{"type":"bundle","objects":[
			{"type":"indicator","id":"i1","pattern_type":"stix","pattern":"[ipv4-addr:value = '192.0.2.7'] OR [ipv6-addr:value = '2001:db8::1' OR ipv4-addr:value ISSUBSET '198.51.100.0/24']"},
			{"type":"indicator","id":"i2","pattern_type":"stix","pattern":"[user-account:account_login = 'VICTOR OR BOB'] "},
			{"type":"indicator","id":"i3","pattern_type":"sigma","pattern":"x"},
			{"type":"indicator","id":"i4","pattern_type":"stix","pattern":"[ipv4-addr:value = '192.0.2.9' AND url:value = 'x']"},
			{"type":"indicator","id":"i5","pattern_type":"stix","pattern":"[file:hashes.MD5 = 'aa']"},
			{"type":"indicator","id":"i6","pattern_type":"stix","revoked":true,"pattern":"[ipv4-addr:value = '192.0.2.10']"},
			{"type":"indicator","id":"i7","pattern_type":"stix","pattern":"[ipv4-addr:value = '192.0.2.11"},
			{"type":"ipv4-addr","id":"o1","value":"192.0.2.12"},{"type":"relationship","id":"r"}]}`,
			[]activity.Indicator{ip("192.0.2.7"), ip("2001:db8::1"), ip("198.51.100.0/24"), {Kind: activity.User, Value: "victor or bob"}, ip("192.0.2.12")},
			[]string{"pattern of type sigma", "several things at once", "file:hashes.MD5", "revoked", "does not end"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Read([]byte(test.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got.Indicators); diff != "" {
				t.Error(diff)
			}
			if len(got.Skipped) != len(test.skipped) {
				t.Fatalf("skipped %v, want %d", got.Skipped, len(test.skipped))
			}
			for i, want := range test.skipped {
				if !strings.Contains(got.Skipped[i].Reason, want) {
					t.Errorf("skipped: %s, want %s", got.Skipped[i].Reason, want)
				}
			}
		})
	}
}

func TestReadWhatIsNoList(t *testing.T) {
	for _, text := range []string{`{"a":1}`, `{"type":`, `[{"a":1}]`, `[1]`, `{"Event":null}`, `{"response":null}`, `{"response":1}`, `{"response":[null]}`, `{"type":"bundle","objects":1}`} {
		if _, err := Read([]byte(text)); err == nil {
			t.Errorf("%s is read", text)
		}
	}
}

// FuzzRead: a feed is hostile. Whatever it holds, nothing but an error comes of
// it, and every indicator is one that can be asked for.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{"192.0.2.7\n", "value,type\n192.0.2.7,ip\n", `{"type":"bundle","objects":[{"type":"indicator","pattern":"[ipv4-addr:value = '1' OR x:y='z\\'']"}]}`, `{"Event":{"Attribute":[{"type":"ip-src","value":"::1"}]}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := Read(data)
		if err != nil {
			return
		}
		for _, i := range list.Indicators {
			if again, err := activity.NewIndicator(i.Kind, i.Value); err != nil || again != i {
				t.Errorf("%s is not in one form: %v %v", i, again, err)
			}
		}
	})
}
