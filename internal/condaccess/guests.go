package condaccess

import "strings"

// GuestTypes is a set of the kinds of guests and external users.
type GuestTypes uint8

// The kinds, as Graph numbers them.
const (
	InternalGuest GuestTypes = 1 << iota
	CollaborationGuest
	CollaborationMember
	DirectConnectUser
	OtherExternalUser
	ServiceProvider

	// AnyGuest is all of them: what GuestsOrExternalUsers means.
	AnyGuest = InternalGuest | CollaborationGuest | CollaborationMember | DirectConnectUser | OtherExternalUser | ServiceProvider
)

func guestTypeNames() []string {
	return []string{"internalGuest", "b2bCollaborationGuest", "b2bCollaborationMember", "b2bDirectConnectUser", "otherExternalUser", "serviceProvider"}
}

// String returns Graph's names of the kinds, with commas between.
func (g GuestTypes) String() string {
	var names []string
	for i, name := range guestTypeNames() {
		if g&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	if names == nil {
		return "none"
	}
	return strings.Join(names, ",")
}

// parseGuestTypes reads Graph's names. Unknown is those that it does not know.
func parseGuestTypes(names []string) (g GuestTypes, unknown []string) {
next:
	for _, name := range names {
		if strings.EqualFold(name, "none") {
			continue
		}
		for i, known := range guestTypeNames() {
			if strings.EqualFold(name, known) {
				g |= 1 << i
				continue next
			}
		}
		unknown = append(unknown, name)
	}
	return g, unknown
}

// guestWord tells whether a text is the name of a kind of external user.
func guestWord(s string) bool {
	_, unknown := parseGuestTypes([]string{s})
	return len(unknown) == 0
}
