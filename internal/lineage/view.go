package lineage

import (
	"slices"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/incident"
)

// A view is what the rows mean for one seed.
type view struct {
	s    *search
	seed Seed

	named    []string          // accounts that the seed names, in lower case
	accounts map[string]bool   // that were taken
	suspects map[string]string // networks of the attacker, by what told of them
	sessions map[string]*session
	tokens   map[string]bool
	requests map[string]bool // ids of the attacker's sign-ins
	apps     map[string]bool
	taken    map[string][2]time.Time // accounts that the attacker signed in as, and his first and last act as them

	verdicts map[int]verdict // by row
	usual    map[[3]string]bool
	closing  []row
}

// A session is one that the attacker had, at some time.
type session struct {
	mixed bool // its owner has it too
}

// A verdict is whose a row is, and why it is in the trail.
type verdict struct {
	whose incident.Whose
	why   string
}

func newView(s *search, seed Seed) *view {
	v := &view{
		s: s, seed: seed, accounts: make(map[string]bool), suspects: make(map[string]string), sessions: make(map[string]*session), tokens: make(map[string]bool),
		requests: make(map[string]bool), apps: make(map[string]bool), taken: make(map[string][2]time.Time), verdicts: make(map[int]verdict), usual: make(map[[3]string]bool),
	}
	v.named = lower(seed.Accounts)
	for _, a := range v.named {
		v.accounts[a] = true
	}
	for _, a := range seed.Addresses {
		if n := networkOf(a); n != "" {
			v.suspects[n] = "an alert names the address"
		}
	}
	for _, id := range lower(seed.Sessions) {
		v.sessions[id] = &session{}
	}
	for _, t := range seed.Tokens {
		v.tokens[t] = true
	}
	for _, id := range lower(seed.Applications) {
		v.apps[id] = true
	}
	return v
}

// want adds the keys whose rows the view needs.
func (v *view) want(k *keys) {
	for n := range v.suspects {
		k.networks[n] = true
	}
	for a := range v.accounts {
		k.accounts[a] = true
	}
	for id := range v.sessions {
		k.sessions[id] = true
	}
	for t := range v.tokens {
		k.tokens[t] = true
	}
	for id := range v.requests {
		k.requests[id] = true
	}
	for id := range v.apps {
		k.apps[id] = true
	}
	for a := range v.taken {
		k.taken[a] = true
	}
}

// judge decides of every row whose it is, until no decision brings another.
func (v *view) judge() {
	clear(v.usual)
	for {
		before := v.size()
		v.mix()
		clear(v.verdicts)
		for i := range v.s.rows {
			r := &v.s.rows[i]
			if d, ok := v.verdict(r); ok {
				v.verdicts[i] = d
				if d.whose == incident.Attackers || v.asked() {
					v.learn(r)
				}
			}
		}
		if before == v.size() {
			return
		}
	}
}

// size grows as long as the view learns.
func (v *view) size() int {
	n := len(v.sessions) + len(v.tokens) + len(v.suspects) + len(v.requests) + len(v.accounts) + len(v.taken)
	for _, span := range v.taken {
		n += int(span[1].Sub(span[0]) / time.Second)
	}
	return n
}

// own tells whether the row looks like its account's own.
func (v *view) own(r *row) bool {
	key := [3]string{v.s.who(r), r.device, r.network}
	is, known := v.usual[key]
	if !known {
		is = v.s.familiar(r, v.seed.Since)
		v.usual[key] = is
	}
	return is
}

// mix finds the sessions that their owners have too.
func (v *view) mix() {
	for i := range v.s.rows {
		r := &v.s.rows[i]
		if one := v.sessions[r.session]; one != nil && r.session != "" && !one.mixed && v.own(r) {
			one.mixed = true
		}
	}
}

// asked tells whether the seed only asks what something did.
func (v *view) asked() bool { return v.seed.Since.IsZero() }

// answer returns why a row is part of what was asked for.
func (v *view) answer(r *row) (verdict, bool) {
	switch {
	case r.kind == words && !v.requests[r.request]:
		return verdict{}, false
	case r.kind == words:
		return verdict{incident.AProducts, "it is about a sign-in that was asked for"}, r.request != ""
	case r.session != "" && v.sessions[r.session] != nil:
		return verdict{incident.Unclear, "it is of the session that was asked for"}, true
	case r.token != "" && v.tokens[r.token]:
		return verdict{incident.Unclear, "it has a token that was asked for, or of the session that was"}, true
	case r.request != "" && v.requests[r.request]:
		return verdict{incident.Unclear, "it is the record of a sign-in that was asked for"}, true
	case r.network != "" && v.suspects[r.network] != "" && v.counts(r):
		return verdict{incident.Unclear, "it is from the address that was asked for"}, true
	case r.appID+r.principal != "" && (v.apps[r.appID] || v.apps[r.principal]):
		return verdict{incident.Unclear, "it is of the application that was asked for"}, true
	}
	return verdict{}, false
}

// verdict returns whose a row is; ok is false if it is not of the trail.
func (v *view) verdict(r *row) (verdict, bool) {
	if v.asked() {
		return v.answer(r)
	}
	if r.kind == words {
		return v.word(r)
	}
	own := v.own(r)
	if why, ok := v.suspects[r.network]; ok && r.network != "" && !own && v.counts(r) {
		if v.unknown(r) && !slices.Contains(v.named, r.account) {
			return verdict{incident.Unclear, why + ", and the evidence " + v.lack() + " to tell whether the account always uses it"}, true
		}
		return verdict{incident.Attackers, why}, true
	}
	if v.apps[r.appID] && r.appID != "" && v.new(r.appID) {
		return verdict{incident.Attackers, "the application came with the attack"}, true
	}
	if r.token != "" && v.tokens[r.token] && !own {
		return verdict{incident.Attackers, "a token of the attacker's sign-in"}, true
	}
	if one := v.sessions[r.session]; one != nil && r.session != "" {
		return v.inSession(r, one, own), true
	}
	if r.request != "" && v.requests[r.request] && !own {
		return verdict{incident.Attackers, "the record of the attacker's sign-in"}, true
	}
	if d, ok := v.unplaced(r); ok {
		return d, true
	}
	return v.byApp(r, own)
}

// unplaced is a change that the log places nowhere, by an account that the
// attacker had at the time.
func (v *view) unplaced(r *row) (verdict, bool) {
	span, ok := v.taken[r.account]
	if !ok || r.account == "" || r.address != "" || r.table != "AuditLogs" || r.at.Before(span[0]) || r.at.After(span[1].Add(day)) {
		return verdict{}, false
	}
	return verdict{incident.Unclear, "the account was in the attacker's hands at the time, and the log does not say from where this was done"}, true
}

// counts tells whether an act from a suspect network is the attacker's: from
// one that many people share, only those of accounts that were taken.
func (v *view) counts(r *row) bool {
	return v.s.sharers[r.network] <= maxSharers || v.accounts[v.s.who(r)]
}

// unknown tells whether nothing can be known of what an account does as a
// rule: no sign-in of the evidence is old enough, if there is any. Then nothing
// that it does is unusual, and what it shares with the attacker, an address or a
// session, does not make the rest of it his.
func (v *view) unknown(r *row) bool {
	return r.account != "" && (v.s.begins.IsZero() || !v.s.begins.Before(v.seed.Since.Add(-habit)))
}

// lack says what the evidence lacks where unknown is true.
func (v *view) lack() string {
	if v.s.begins.IsZero() {
		return "has no sign-ins"
	}
	return "begins too late"
}

func (v *view) inSession(r *row, one *session, own bool) verdict {
	switch {
	case own:
		return verdict{incident.TheOwners, "the session was stolen, and its owner uses this network or device"}
	case one.mixed:
		return verdict{incident.Unclear, "the session was stolen, and its owner has it too"}
	case v.unknown(r):
		return verdict{incident.Unclear, "the session was stolen, and the evidence " + v.lack() + " to tell its owner's acts from the attacker's"}
	}
	return verdict{incident.Attackers, "the session is the attacker's"}
}

// word is what a product says of a sign-in of the attacker, or of his network.
func (v *view) word(r *row) (verdict, bool) {
	if r.request != "" && v.requests[r.request] {
		return verdict{incident.AProducts, "it is about a sign-in of the attacker"}, true
	}
	if _, ok := v.suspects[r.network]; ok && r.network != "" && v.counts(r) && !v.own(r) {
		return verdict{incident.AProducts, "it is about an address of the attacker"}, true
	}
	return verdict{}, false
}

// byApp is what an application did by itself that the attacker has. All of it
// is his if the application came with him; of one that was there before, what
// it does where it always does is not, and what the log places nowhere is
// unclear.
func (v *view) byApp(r *row, own bool) (verdict, bool) {
	if !v.apps[r.appID] && !v.apps[r.principal] || r.appID+r.principal == "" {
		return verdict{}, false
	}
	if own || r.account != "" || r.at.Before(v.seed.Since.Add(-time.Hour)) {
		return verdict{}, false
	}
	if r.network == "" {
		return verdict{incident.Unclear, "the application is in the attacker's hands, and the log does not say from where this was done"}, true
	}
	return verdict{incident.Unclear, "the application is in the attacker's hands, and this network is new to it"}, true
}

// new tells whether an application did nothing long before the seed begins.
func (v *view) new(id string) bool {
	since, ok := v.s.served[id]
	return ok && (since.IsZero() || since.After(v.seed.Since.Add(-habit)))
}

// learn takes from an act of the attacker what leads further.
func (v *view) learn(r *row) {
	if !r.done {
		return
	}
	if v.asked() {
		v.learnAsked(r)
		return
	}
	if r.account != "" && r.table != "AuditLogs" {
		v.accounts[r.account] = true
	}
	v.took(r)
	if r.token != "" {
		v.tokens[r.token] = true
	}
	if r.session != "" && v.sessions[r.session] == nil {
		v.sessions[r.session] = &session{}
	}
	if r.request != "" && strings.Contains(r.operation, "Sign-in") {
		v.requests[r.request] = true
	}
	if one := v.sessions[r.session]; one != nil && r.session != "" && !one.mixed && r.network != "" && v.s.sharers[r.network] <= maxSharers {
		if _, ok := v.suspects[r.network]; !ok {
			v.suspects[r.network] = "the attacker's session was used from there"
		}
	}
}

// took notes that the attacker acted as an account, and when.
func (v *view) took(r *row) {
	span, known := v.taken[r.account]
	switch {
	case r.account == "" || !known && r.kind != signIns:
		return
	case !known:
		span = [2]time.Time{r.at, r.at}
	case r.at.Before(span[0]):
		span[0] = r.at
	case r.at.After(span[1]):
		span[1] = r.at
	}
	v.taken[r.account] = span
}

// learnAsked takes from a row of a session that was asked for its tokens, and
// from one with a token that was asked for nothing: what else its session did
// was not asked.
func (v *view) learnAsked(r *row) {
	if v.sessions[r.session] == nil || r.session == "" {
		return
	}
	if r.token != "" {
		v.tokens[r.token] = true
	}
	if r.request != "" && strings.Contains(r.operation, "Sign-in") {
		v.requests[r.request] = true
	}
}

// rowsOf returns the numbers of the view's rows, by time.
func (v *view) rowsOf() []int {
	var list []int
	for i := range v.s.rows {
		if _, ok := v.verdicts[i]; ok {
			list = append(list, i)
		}
	}
	slices.SortFunc(list, func(a, b int) int { return compareRows(&v.s.rows[a], &v.s.rows[b]) })
	return list
}
