package ingest

import "testing"

func TestPortalWords(t *testing.T) {
	for word, want := range map[string]string{
		"Nom d’utilisateur": "username",
		"nom d'utilisateur": "username",
		"IPアドレス":            "ip address",
		"IP アドレス":           "ip address",
		"DIRECCION IP":      "ip address",
		"activitydatetime":  "activitydatetime",
		"userid":            "userid", // a member of JSON stays what it is
	} {
		if got := englishHeading(word); got != want {
			t.Errorf("englishHeading(%q) = %q, want %q", word, got, want)
		}
	}
	if got := englishValue(" Échec"); got != "failure" {
		t.Errorf("englishValue = %q", got)
	}
}

// A word that stood for two headings would put one value in the other's place.
func TestPortalWordsAreNotAmbiguous(t *testing.T) {
	for _, text := range []string{"[fr]\nuser = Ana\nusername = ana", "[fr]\nuser"} {
		if _, err := parseWords(text); err == nil {
			t.Errorf("parseWords(%q) = nil error", text)
		}
	}
	// Every heading is one that a mapping knows.
	known := portalSignInMapping()
	audits := map[string]bool{"activity": true, "category": true, "result": true, "service": true}
	for word, heading := range portalLanguage().headings {
		_, column := known.columns[heading]
		_, special := known.special[heading]
		if !column && !special && !audits[heading] {
			t.Errorf("%q stands for %q, which no mapping knows", word, heading)
		}
	}
}
