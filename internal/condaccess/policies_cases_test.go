package condaccess_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"unicode/utf16"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// TestPolicyFilesCases loads policies and named locations as tenants exported
// them: none is lost, nothing of one is lost, nothing is left unread, and each
// policy is evaluated.
func TestPolicyFilesCases(t *testing.T) {
	dir := filepath.Join(casesDir(t), "policies")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no such cases: ", err)
	}
	var l condaccess.Loader
	exported := make(map[string][]any) // by file
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, _ := filepath.Rel(dir, path)
		if err := l.Read(file, data); err != nil {
			t.Error(err)
			return nil
		}
		exported[file] = objects(value(t, plain(data)))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	tenant := l.Tenant()
	read := make(map[string]int)
	whole := func(file string, document json.RawMessage, unread []condaccess.Unread) {
		read[file]++
		got := value(t, document)
		if !slices.ContainsFunc(exported[file], func(v any) bool { return reflect.DeepEqual(v, got) }) {
			t.Errorf("%s: a document is not as it was", file)
		}
		if len(unread) > 0 {
			t.Errorf("%s: not understood: %v", file, unread)
		}
	}
	for _, p := range tenant.Policies {
		whole(p.File, p.Document, p.Unread)
	}
	for _, location := range tenant.Locations {
		whole(location.File, location.Document, location.Unread)
	}
	equal, different := 0, 0
	for file, list := range exported {
		equal += min(read[file], len(list))
		if read[file] != len(list) {
			different++
			t.Errorf("%s: %d of %d objects were read", file, read[file], len(list))
		}
	}
	s := &condaccess.SignIn{Principal: condaccess.Principal{Kind: condaccess.User, ID: "11111111-1111-1111-1111-111111111111"}}
	for _, r := range condaccess.NewEvaluator(tenant, condaccess.Options{}).Evaluate(s).Policies {
		t.Logf("evaluated: %s: %v %v %v", r.Policy.File, r.Verdict, r.Unmet, r.Reasons)
	}
	t.Logf("policies: equal %d, different %d, unknown 0", equal, different)
}

// objects returns the objects of a file: one, or those of a list or of a page of
// Graph.
func objects(v any) []any {
	switch v := v.(type) {
	case []any:
		return v
	case map[string]any:
		if page, ok := v["value"].([]any); ok {
			return page
		}
	}
	return []any{v}
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
