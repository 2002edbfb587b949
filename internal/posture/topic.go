package posture

import "strings"

// A topic is what policies of Defender for Cloud Apps, and their alerts, are
// about.
type topic int

const (
	ofConsents topic = iota
	ofJourneys
	ofDownloads
	ofDeletions
)

// String says what the topic is, in words.
func (t topic) String() string {
	switch t {
	case ofConsents:
		return "OAuth applications"
	case ofJourneys:
		return "impossible travel"
	case ofDownloads:
		return "mass downloads"
	case ofDeletions:
		return "mass deletions"
	}
	panic(t)
}

// in tells whether a text, in lower case, is about the topic. What an application
// does is not what a person does, and to delete machines is not to delete files.
func (t topic) in(text string) bool {
	text = strings.ReplaceAll(text, "multiple delete vm", "")
	if t != ofConsents && ofConsents.in(text) {
		return false
	}
	for _, word := range t.words() {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

func (t topic) words() []string {
	switch t {
	case ofConsents:
		return []string{"oauth", "consent", "app governance", "appgovernance"}
	case ofJourneys:
		return []string{"impossible travel", "impossibletravel", "improbable travel"}
	case ofDownloads:
		return []string{"mass download", "file download", "multiple download", "massdownload"}
	case ofDeletions:
		return []string{"mass delet", "file delet", "multiple delet", "massdelet"}
	}
	panic(t)
}

// A fate is what became of a policy that Microsoft itself moved to its dynamic
// model in June 2025: that it is off is not the tenant's doing.
type fate struct{ policy, now string }

func fates() []fate {
	const dynamic = "Microsoft turned it off and detects by its own model"
	return []fate{
		{"suspicious ip", dynamic},
		{"anonymous ip", `it is now "Activity from a TOR IP address" and "Anonymous proxy activity"`},
		{"inbox manipulation", dynamic},
		{"inbox forwarding", dynamic},
		{"email deletion", dynamic},
		{"unusual isp for an oauth app", dynamic},
		{"unusual isp for oauth app", dynamic},
		{"suspicious file access", dynamic},
		{"ransomware", dynamic},
	}
}

// retired returns what became of a policy; ok is false if it is one that the
// tenant turns on and off.
func retired(policy string) (now string, ok bool) {
	policy = strings.ToLower(policy)
	for _, f := range fates() {
		if strings.Contains(policy, f.policy) {
			return f.now, true
		}
	}
	return "", false
}
