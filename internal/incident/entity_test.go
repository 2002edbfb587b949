package incident

import (
	"slices"
	"testing"
)

// What many share, a domain or a display name, makes nobody one.
func TestKeys(t *testing.T) {
	adele, _ := NewEntity(Account, Identifier{"Name", "adele"}, Identifier{"UPNSuffix", "contoso.com"}, Identifier{"AadUserId", "1A"}, Identifier{"DisplayName", "A"})
	bob, _ := NewEntity(Account, Identifier{"Name", "bob"}, Identifier{"UPNSuffix", "contoso.com"}, Identifier{"DisplayName", "A"})
	same, _ := NewEntity(Account, Identifier{"AadUserId", "1a"}, Identifier{"FullName", ""})
	if got := adele.Keys(); !slices.Equal(got, same.Keys()) || len(got) != 1 {
		t.Errorf("keys %q and %q", got, same.Keys())
	}
	if len(bob.Keys()) != 0 {
		t.Errorf("keys %q", bob.Keys())
	}
}
