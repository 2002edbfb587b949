package condaccess

import (
	"fmt"
	"slices"
	"time"
)

// Names returns Graph's names of the controls that are on, with their values.
func (s *Session) Names() []string {
	var out []string
	add := func(on bool, name string) {
		if on {
			out = append(out, name)
		}
	}
	add(s.AppEnforcedRestrictions, "applicationEnforcedRestrictions")
	add(s.CloudAppSecurity != "", "cloudAppSecurity:"+s.CloudAppSecurity)
	if s.Frequency != nil {
		out = append(out, "signInFrequency:"+s.Frequency.String())
	}
	add(s.PersistentBrowser != "", "persistentBrowser:"+s.PersistentBrowser)
	add(s.ContinuousAccess != "", "continuousAccessEvaluation:"+s.ContinuousAccess)
	add(s.DisableResilience, "disableResilienceDefaults")
	add(s.TokenProtection, "secureSignInSession")
	add(s.SecurityProfile != "", "globalSecureAccessFilteringProfile:"+s.SecurityProfile)
	return append(out, s.Others...)
}

// empty tells whether no control is on.
func (s *Session) empty() bool {
	return !s.AppEnforcedRestrictions && s.CloudAppSecurity == "" && s.Frequency == nil && s.PersistentBrowser == "" && s.ContinuousAccess == "" &&
		!s.DisableResilience && !s.TokenProtection && s.SecurityProfile == "" && len(s.Others) == 0
}

// String returns everyTime, or the period in hours or days.
func (f *Frequency) String() string {
	const day = 24 * time.Hour
	switch {
	case f.EveryTime:
		return "everyTime"
	case f.Period%day == 0:
		return fmt.Sprintf("%d days", f.Period/day)
	}
	return fmt.Sprintf("%d hours", f.Period/time.Hour)
}

// merge adds another policy's controls: the shorter frequency and the stricter
// of each other control hold. It does not depend on the order of policies.
func (s *Session) merge(o *Session) {
	s.AppEnforcedRestrictions = s.AppEnforcedRestrictions || o.AppEnforcedRestrictions
	s.DisableResilience = s.DisableResilience || o.DisableResilience
	s.TokenProtection = s.TokenProtection || o.TokenProtection
	s.CloudAppSecurity = stricter(s.CloudAppSecurity, o.CloudAppSecurity, "monitorOnly", "mcasConfigured", "blockDownloads")
	s.PersistentBrowser = stricter(s.PersistentBrowser, o.PersistentBrowser, "always", "never")
	s.ContinuousAccess = stricter(s.ContinuousAccess, o.ContinuousAccess, "disabled", "strictEnforcement", "strictLocation")
	s.SecurityProfile = max(s.SecurityProfile, o.SecurityProfile)
	s.Frequency = shorter(s.Frequency, o.Frequency)
	for _, name := range o.Others {
		if !slices.Contains(s.Others, name) {
			s.Others = append(slices.Clip(s.Others), name)
			slices.Sort(s.Others)
		}
	}
}

// stricter returns the value that comes later in order; one that is not in it
// comes last.
func stricter(a, b string, order ...string) string {
	rank := func(v string) int {
		if v == "" {
			return -1
		}
		if i := slices.Index(order, v); i >= 0 {
			return i
		}
		return len(order)
	}
	switch ra, rb := rank(a), rank(b); {
	case ra > rb, ra == rb && a >= b:
		return a
	}
	return b
}

func shorter(a, b *Frequency) *Frequency {
	switch {
	case a == nil:
		return b
	case b == nil || a.EveryTime:
		return a
	case b.EveryTime || b.Period < a.Period || b.Period == a.Period && a.SecondaryOnly:
		return b
	}
	return a
}
