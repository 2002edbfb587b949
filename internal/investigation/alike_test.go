package investigation

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAlike says whom a name may have meant.
func TestAlike(t *testing.T) {
	all := people{
		{"adele.two@contoso.com", "adele vance"}, {"adele@contoso.com", ""}, {"adele@contoso.com", "adele vance"}, {"bob@contoso.com", "bob"}, {"bob@contoso.com", "bob@contoso.com"},
	}
	const shown, within, nearly = "accounts that have it as their display name, and are looked for by their own: ", "names that contain it, and are looked for in whole: ", "names that are written almost so: "
	tests := []struct {
		name  string
		found bool
		want  []string
	}{
		{"adele vance", false, []string{shown + "adele.two@contoso.com, adele@contoso.com"}},
		{"adele vance", true, []string{shown + "adele.two@contoso.com, adele@contoso.com"}},
		{"adele", false, []string{within + "adele.two@contoso.com, adele@contoso.com"}},
		{"adele", true, nil},
		{"aedle@contoso.com", false, []string{nearly + "adele@contoso.com"}},
		{"adele@contoso.com", false, nil}, // it is somebody's own
		{"bob@contoso.com", true, nil},
		{"carla@contoso.com", false, nil},
		{"bo", false, []string{within + "bob@contoso.com"}}, // too short to be nearly another
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, all.alike(test.name, test.found)); diff != "" {
			t.Errorf("alike(%q, %v) (-want +got):\n%s", test.name, test.found, diff)
		}
	}
}
