package sigma

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A field that reaches into a list holds what each element has there; what has
// no list, an empty one or an element without the property has nothing there.
func TestFieldsInLists(t *testing.T) {
	records := []string{
		`[{"type":"User","modifiedProperties":[{"displayName":"A","newValue":"x"},{"newValue":"y"}]},{"type":"Group"}]`,
		`[{"type":"Group","modifiedProperties":[]}]`,
		`[{"modifiedProperties":[{"newValue":"Y"}]},{"modifiedProperties":[{"newValue":"z"}]}]`,
		`[]`,
		``,
		`[null]`,
	}
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	var events []event
	for i, r := range records {
		ev := event{table: "AuditLogs", at: at.Add(time.Duration(i) * time.Minute), texts: map[string]string{"Id": fmt.Sprint(i)}}
		if r != "" {
			ev.texts["TargetResources"] = r
		}
		events = append(events, ev)
	}
	e := load(t, events)
	tests := []struct {
		entry, condition, want string
		value                  any
	}{
		{"TargetResources.type", "selection", "0", "user"},
		{"targetResources{}.Type", "selection", "0 1", "GROUP"},
		{"TargetResources.type", "not selection", "2 3 4 5", "group"},
		{"TargetResources.type", "selection", "2 3 4 5", nil},
		{"TargetResources.type|exists", "selection", "0 1", true},
		{"properties.targetResources.modifiedProperties.newValue", "selection", "0 2", "y"},
		{"ModifiedProperties{}.NewValue", "selection", "0", "x"},
		{"TargetResources.modifiedProperties.newValue|contains|all", "selection", "2", []string{"y", "z"}},
		{"TargetResources.modifiedProperties.newValue", "not selection", "1 3 4 5", []string{"x", "y"}},
		{"TargetResources.modifiedProperties|contains", "selection", "0", `"displayName":"a"`},
		{"TargetResources[1].type", "selection", "0", "Group"},
	}
	for _, test := range tests {
		result := compiled(t, "Rule", map[string]any{
			"title": "Rule", "logsource": map[string]any{"product": "azure", "service": "auditlogs"},
			"detection": map[string]any{"selection": map[string]any{test.entry: test.value}, "condition": test.condition},
		})
		if result.Query == nil {
			t.Errorf("%s: %v", test.entry, result.Diagnostics)
			continue
		}
		got := strings.Join(answer(t, e, result.Query.KQL, at.Add(time.Hour), "Id"), " ")
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s %s %v: %s\n%s", test.condition, test.entry, test.value, diff, result.Query.KQL)
		}
	}
}
