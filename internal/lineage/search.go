package lineage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/schema"
	"github.com/conshelf/conshelf/kql"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// A row is one record, seen through the lens of its table.
type row struct {
	table                           string
	kind                            kind
	at                              time.Time
	operation                       string
	account, accountID              string
	address, network                string
	session, token                  string
	appID, principal, appName       string
	device, target, detail, request string
	reason                          string
	done                            bool
	origin                          evidence.Origin
}

// A search is the rows that were read so far, and what was asked for them.
type search struct {
	ctx      context.Context // a search lives as long as the call that made it
	evidence Evidence
	tables   []types.Table
	have     map[string]bool // tables with rows
	tenant   string
	views    []*view

	rows  []row
	known map[place]bool
	asked keys

	sharers map[string]int       // accounts that got in from a network
	habits  map[string][]custom  // of an account
	studied map[string]bool      // accounts whose habits were asked for
	names   map[string]string    // account by its id
	apps    map[string]string    // an application's name by its ids
	served  map[string]time.Time // when an application was first seen
	begins  time.Time            // the first sign-in of the evidence; zero if it has none
	cut     map[string]bool      // tables of which more rows match than are read

	unfinished bool // there was more to ask for
}

// A place is where a row is.
type place struct {
	table  string
	origin evidence.Origin
}

// A custom is a network and a device that an account uses, and since when.
type custom struct {
	network, device string
	since           time.Time
}

// keys are what rows are asked for by.
type keys struct {
	networks, shared, accounts, sessions, tokens, requests, apps map[string]bool
	// taken are accounts of which also the acts are asked for that the log places
	// nowhere.
	taken map[string]bool
}

func newKeys() keys {
	m := func() map[string]bool { return make(map[string]bool) }
	return keys{m(), m(), m(), m(), m(), m(), m(), m()}
}

func newSearch(ctx context.Context, e Evidence, infos []engine.TableInfo) *search {
	s := &search{
		ctx: ctx, evidence: e, have: make(map[string]bool), known: make(map[place]bool), asked: newKeys(),
		sharers: make(map[string]int), habits: make(map[string][]custom), studied: make(map[string]bool), names: make(map[string]string), apps: make(map[string]string),
		served: make(map[string]time.Time), cut: make(map[string]bool),
	}
	for _, info := range infos {
		s.tables = append(s.tables, info.Table)
		s.have[info.Name] = info.Rows > 0
	}
	return s
}

// narrow keeps the search to a tenant's rows, and to the tables in which it has
// some.
func (s *search) narrow(tenant string) error {
	if s.tenant = tenant; tenant == "" {
		return nil
	}
	for _, l := range lenses() {
		if !s.have[l.table] {
			continue
		}
		err := s.ask("['"+l.table+"'] | take 1 | count", false, func(v []types.Value) error {
			s.have[l.table] = v[0].Int > 0
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// run reads rows until no view asks for more.
func (s *search) run() error {
	if err := s.begin(); err != nil {
		return err
	}
	for round := 0; ; round++ {
		want := newKeys()
		for _, v := range s.views {
			v.want(&want)
		}
		fresh, err := s.fresh(want)
		if err != nil {
			return err
		}
		if s.unfinished = round == maxRounds && !fresh.empty(); s.unfinished || fresh.empty() {
			break
		}
		if err := s.read(fresh); err != nil {
			return err
		}
		if err := s.study(); err != nil {
			return err
		}
		for _, v := range s.views {
			v.judge()
		}
	}
	return s.closers()
}

// fresh returns the keys that were not asked for yet. A network that many use
// is asked for with the accounts that matter only.
func (s *search) fresh(want keys) (keys, error) {
	if err := s.countSharers(want.networks); err != nil {
		return keys{}, err
	}
	for n := range want.networks {
		if s.sharers[n] > maxSharers {
			delete(want.networks, n)
			want.shared[n] = true
		}
	}
	newAccount := anyNew(want.accounts, s.asked.accounts)
	newShared := anyNew(want.shared, s.asked.shared)
	out := keys{
		networks: some(minus(want.networks, s.asked.networks)), sessions: some(minus(want.sessions, s.asked.sessions)),
		tokens: some(minus(want.tokens, s.asked.tokens)), requests: some(minus(want.requests, s.asked.requests)),
		apps: some(minus(want.apps, s.asked.apps)), taken: some(minus(want.taken, s.asked.taken)), shared: map[string]bool{}, accounts: map[string]bool{},
	}
	if len(want.shared) > 0 && len(want.accounts) > 0 && (newAccount || newShared) {
		out.shared, out.accounts = want.shared, want.accounts
	}
	for _, pair := range [][2]map[string]bool{
		{s.asked.networks, out.networks},
		{s.asked.sessions, out.sessions},
		{s.asked.tokens, out.tokens},
		{s.asked.requests, out.requests},
		{s.asked.apps, out.apps},
		{s.asked.taken, out.taken},
		{s.asked.shared, out.shared},
		{s.asked.accounts, out.accounts},
	} {
		maps.Copy(pair[0], pair[1])
	}
	return out, nil
}

func anyNew(want, asked map[string]bool) bool { return len(minus(want, asked)) > 0 }

func minus(a, b map[string]bool) map[string]bool {
	out := make(map[string]bool)
	for k := range a {
		if !b[k] {
			out[k] = true
		}
	}
	return out
}

// some returns the first of many keys; the others' turn comes in the next round.
func some(all map[string]bool) map[string]bool {
	if len(all) <= maxKeys {
		return all
	}
	out := make(map[string]bool)
	for _, k := range slices.Sorted(maps.Keys(all))[:maxKeys] {
		out[k] = true
	}
	return out
}

func (k keys) empty() bool {
	return len(k.networks)+len(k.sessions)+len(k.tokens)+len(k.requests)+len(k.apps)+len(k.taken) == 0 && (len(k.shared) == 0 || len(k.accounts) == 0)
}

// read reads the rows that have one of the keys.
func (s *search) read(k keys) error {
	for _, l := range lenses() {
		if !s.have[l.table] {
			continue
		}
		where := k.condition(l, s.since())
		if where == "" {
			continue
		}
		if err := s.collect(l, where); err != nil {
			return err
		}
	}
	slices.SortFunc(s.rows, func(a, b row) int { return compareRows(&a, &b) }) // an engine's order of equal times is any
	return nil
}

// since is when the earliest seed begins, less a habit; zero if one does not
// say.
func (s *search) since() time.Time {
	var least time.Time
	for i, v := range s.views {
		if v.asked() {
			return time.Time{}
		}
		if at := v.seed.Since.Add(-habit); i == 0 || at.Before(least) {
			least = at
		}
	}
	return least
}

// from is the condition that a row is not older than that, in KQL.
func from(at time.Time) string {
	if at.IsZero() {
		return "true"
	}
	return "At >= datetime(" + at.UTC().Format(time.RFC3339Nano) + ")"
}

// condition is what a row must meet, in KQL; "" if none can.
func (k keys) condition(l lens, since time.Time) string {
	var any []string
	add := func(column string, values map[string]bool) {
		if len(values) > 0 {
			any = append(any, column+" in ("+list(values)+")")
		}
	}
	add("Network", k.networks)
	if len(k.shared) > 0 && len(k.accounts) > 0 {
		any = append(any, "Network in ("+list(k.shared)+") and Account in ("+list(k.accounts)+")")
	}
	if l.table == "AuditLogs" && len(k.taken) > 0 {
		any = append(any, from(since)+" and isempty(Address) and Account in ("+list(k.taken)+")")
	}
	if l.kind == words {
		add("Request", k.requests)
	} else {
		add("Session", k.sessions)
		add("Token", k.tokens)
		add("Request", k.requests)
		if len(k.apps) > 0 {
			any = append(any, from(since)+" and (AppId in ("+list(k.apps)+") or Principal in ("+list(k.apps)+"))")
		}
	}
	if len(any) == 0 {
		return ""
	}
	return "(" + strings.Join(any, ") or (") + ")"
}

// list quotes values for KQL's in. A network of IPv6 is written as the log's
// addresses are masked.
func list(values map[string]bool) string {
	var quoted []string
	for _, v := range slices.Sorted(maps.Keys(values)) {
		if strings.Contains(v, ":") && isNetwork(v) {
			quoted = append(quoted, "tostring(parse_ipv6_mask("+syntax.Quote(strings.TrimSuffix(v, "/64"))+", 64))")
			continue
		}
		quoted = append(quoted, syntax.Quote(v))
	}
	return strings.Join(quoted, ", ")
}

func isNetwork(v string) bool {
	_, err := netip.ParsePrefix(v)
	return err == nil
}

// networkOf is the address, or the /64 of an IPv6 one: what one subscriber
// has. "" is no network: an address that means nothing outside one.
func networkOf(text string) string {
	text = strings.TrimSpace(text)
	a, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		p, err := netip.ParseAddrPort(text)
		if err != nil {
			return ""
		}
		a = p.Addr()
	}
	a = a.Unmap().WithZone("")
	switch {
	case a.IsPrivate(), a.IsLoopback(), a.IsUnspecified(), a.IsLinkLocalUnicast(), a.IsMulticast():
		return ""
	case a.Is6():
		return netip.PrefixFrom(a, 64).Masked().String()
	}
	return a.String()
}

func (s *search) collect(l lens, where string) error {
	n := 0
	text := l.text() + " | where " + where + fmt.Sprintf(" | sort by At asc | take %d", maxRows)
	return s.ask(text, true, func(v []types.Value) error {
		r, err := newRow(l, v)
		if err != nil {
			return err
		}
		if n++; n == maxRows {
			s.cut[l.table] = true
		}
		at := place{l.table, r.origin}
		if s.known[at] {
			return nil
		}
		s.known[at] = true
		s.rows = append(s.rows, r)
		if r.account != "" && r.accountID != "" {
			s.names[r.accountID] = r.account
		}
		if r.appName != "" && r.account == "" {
			s.apps[r.appID], s.apps[r.principal] = r.appName, r.appName
		}
		return nil
	})
}

func newRow(l lens, v []types.Value) (row, error) {
	r := row{
		table: l.table, kind: l.kind, at: types.TimeOf(v[0].Int), operation: v[1].Text, account: v[2].Text, accountID: v[3].Text, address: v[4].Text,
		session: v[5].Text, token: v[6].Text, appID: v[7].Text, principal: v[8].Text, appName: v[9].Text, device: v[10].Text, target: v[11].Text,
		done: !v[12].Valid || v[12].Int != 0, detail: v[13].Text, request: v[14].Text, reason: v[15].Text,
	}
	r.network = networkOf(r.address)
	if !strings.Contains(r.account, "@") {
		r.account = "" // a number, or a name of the system
	}
	var pairs [][2]int64
	if err := json.Unmarshal([]byte(v[len(v)-2].Text), &pairs); err != nil || len(pairs) == 0 {
		return r, fmt.Errorf("%w: %s has a row without an origin", errQuestion, l.table)
	}
	r.origin = evidence.Origin{File: pairs[0][0], Record: pairs[0][1]}
	return r, nil
}

// errQuestion is a question of ours that does not fit the evidence.
var errQuestion = errors.New("the question does not compile")

// ask runs a query over the tenant's rows.
func (s *search) ask(text string, origins bool, each func(v []types.Value) error) error {
	q, diagnostics := kql.Compile(text, kql.Options{Catalog: schema.Merge(schema.Catalog(), s.tables)})
	if q == nil {
		return fmt.Errorf("%w: %s", errQuestion, diagnostics.Format("lineage", text))
	}
	if origins {
		q = plan.WithOrigins(q, 1)
	}
	q.Scope = plan.Scope{Tenant: s.tenant}
	return s.evidence.Query(s.ctx, q, each)
}
