package condaccess_test

import (
	"encoding/json"
	"testing"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// BenchmarkEvaluate is one sign-in against a hundred policies of every kind.
func BenchmarkEvaluate(b *testing.B) {
	w := newWorld(42)
	var policies []object
	for n := range 100 {
		policies = append(policies, w.policy(n))
	}
	for _, known := range []struct {
		name  string
		facts object
	}{{"known", w.facts()}, {"unknown", object{"userId": id("aaaaaaaa", 0)}}} {
		b.Run(known.name, func(b *testing.B) {
			line, err := json.Marshal(object{"policies": policies, "namedLocations": locations(), "directory": w.directory(), "signIn": known.facts})
			if err != nil {
				b.Fatal(err)
			}
			c, err := condaccess.ReadCase(line)
			if err != nil {
				b.Fatal(err)
			}
			e := condaccess.NewEvaluator(c.Tenant, condaccess.Options{})
			b.ReportAllocs()
			var out condaccess.Evaluation
			for b.Loop() {
				e.EvaluateInto(c.SignIn, &out)
			}
		})
	}
}
