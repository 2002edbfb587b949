package posture_test

import (
	"os"
	"strings"
	"testing"

	"github.com/conshelf/conshelf/internal/posture"
	"github.com/conshelf/conshelf/internal/tenant"
)

// The page names every check, and the inventory that it shows is one.
func TestPage(t *testing.T) {
	data, err := os.ReadFile("../../docs/posture.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(data)
	var e posture.Export
	for _, f := range e.Findings() {
		if !strings.Contains(page, "| "+f.ID+" |") {
			t.Errorf("docs/posture.md does not name %s", f.ID)
		}
	}
	_, rest, _ := strings.Cut(page, "```yaml\n")
	text, _, _ := strings.Cut(rest, "```")
	inventory, err := tenant.ParseInventory([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if !inventory.DeclaresPolicies() || !inventory.DeclaresConnectors() || !inventory.DeclaresCorporate() || inventory.Hours == nil || inventory.AsOf.IsZero() {
		t.Errorf("the inventory of docs/posture.md declares %+v, not all that one can", inventory)
	}
}
