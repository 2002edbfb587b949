package ingest

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/kql/types"
)

// A mapper turns the records of one file into rows.
type mapper struct {
	limits  Limits
	keys    *keys
	clock   clock
	path    string // of the file, with its member, in lower case: a last hint, never the only one
	name    string // the path as it is
	batches *batchPool
	narrow  bool // columns that are not published are kept in Unlisted
	tables  map[string]*rows
	binders map[binding]*binder
	latest  *binder             // that was asked for; nil: none
	fits    map[uint64][]string // tables by the columns of a row
	cells   map[string]value    // of a record, by heading
	scan    scan                // of JSON inside text
	nested  scan                // of objects inside the record
	inside  *names              // of objects that hold the rest of a record
	scratch []byte
	json    []byte
	hash    []byte
	ours    []byte       // text of ours
	opened  []byte       // objects that were text
	outer   []byte       // the rest of the record, if that was text
	camel   []byte       // an object whose members were renamed
	drifted []string     // headings of the portal that are not known
	at      [3]positions // by depth: record, object in it, object in that
	marked  []*byte      // the names, all fixed, that marks are of
	marks   marks
	places  places // of the record, if it has those names
	objects objectCache
	// fileFits has the tables that the file is named for, by the columns of a row.
	fileFits map[uint64]string
	around   []member // what an envelope says of the record

	// Of the row being built.
	row       *rows
	members   []member
	tenant    []byte
	unlisted  []byte
	caller    value // callerIpAddress, until the record's own address is known
	inner     value // the object that holds the rest of the record
	replaced  bool  // bytes that are not UTF-8 were replaced
	pascal    bool  // members are written as .NET writes them
	ofCluster bool  // the record is of the audit log of a Kubernetes cluster
	lesser    bool  // another copy of the record, if there is one, says more
	flat      bool  // a value that is missing was written as the text None

	tally tally
}

// A tally counts what a reader of the file's rows should know.
type tally struct {
	noTime               int64 // rows without TimeGenerated
	otherTime            int64 // rows whose TimeGenerated is another column's time
	oneTime              int64 // rows of Defender XDR with one of its two times
	unread               int64 // values that their column could not hold
	replaced             int64 // records with bytes that are not UTF-8
	unlisted             int64 // rows with members that are not columns
	noDetail             int64 // audit records whose AuditData is missing or cut
	localTime            int64 // times in a zone that the file does not name
	sameID               int64 // rows with the id of another row and other content
	undecided            int64 // sign-ins of users that may be interactive or not
	undecidedApplication int64 // sign-ins that may be of a managed identity or not
	noResult             int64 // sign-ins that do not say how they ended
	unseenPolicies       int64 // sign-ins to which policies applied that the export does not name
	inside               int64 // records inside other records
	notInside            int64 // what lies where they do and is none
	hiddenRisk           int64 // sign-ins whose risk the licence hides
	cutDocuments         int64 // documents that PowerShell did not write to their depth
	lossy                int64 // policies whose lists were joined
	flattened            int64 // activities that fill all columns of a flat export
	collectorTime        int64 // entries of a collector's log whose time names no zone
	confessed            int64 // entries that confess a loss
	lesser               int64 // flattened copies of records that are held
	promised             int64 // most records that a search said it has
	mangled              int64 // times of which a spreadsheet kept minutes and seconds
	enveloped            int64 // envelopes that were opened
	printed              int64 // objects of which PowerShell wrote the type
}

// add adds the counts of u.
func (t *tally) add(u *tally) {
	t.noTime += u.noTime
	t.otherTime += u.otherTime
	t.oneTime += u.oneTime
	t.unread += u.unread
	t.replaced += u.replaced
	t.unlisted += u.unlisted
	t.noDetail += u.noDetail
	t.localTime += u.localTime
	t.sameID += u.sameID
	t.undecided += u.undecided
	t.undecidedApplication += u.undecidedApplication
	t.noResult += u.noResult
	t.unseenPolicies += u.unseenPolicies
	t.inside += u.inside
	t.notInside += u.notInside
	t.hiddenRisk += u.hiddenRisk
	t.cutDocuments += u.cutDocuments
	t.lossy += u.lossy
	t.flattened += u.flattened
	t.collectorTime += u.collectorTime
	t.confessed += u.confessed
	t.lesser += u.lesser
	t.promised = max(t.promised, u.promised)
	t.mangled += u.mangled
	t.enveloped += u.enveloped
	t.printed += u.printed
}

// A mapping says which members of a record go where. A member that it does not
// name goes to the published column of its name, in any case, or to a column
// of its own.
type mapping struct {
	name    string
	columns map[string]string                   // by lower-case member
	special map[string]func(m *mapper, v value) // by lower-case member
	prefix  string                              // of the columns that a member gets of its own
	snake   bool                                // members are snake_case
	heading bool                                // members are the headings of the portal
	loose   bool                                // members are not part of a row's identity
}

// maxDrifted bounds the headings that are told.
const maxDrifted = 20

type binding struct{ mapping, table string }

// A binder is a mapping on a table, by key number.
type binder struct {
	mapping *mapping
	rows    *rows // of the table, as last asked for
	slots   []slot
}

// A slot is where one member goes.
type slot struct {
	bound   bool
	column  int32 // or -1
	special func(m *mapper, v value)
	local   bool // the portal wrote it in a time zone that it does not name
}

func newMapper(limits Limits, known map[string]marks, path string, order dateOrder) *mapper {
	return &mapper{
		limits:   limits,
		keys:     newKeys(known),
		clock:    clock{order: order},
		path:     strings.ToLower(path),
		name:     path,
		tables:   make(map[string]*rows),
		binders:  make(map[binding]*binder),
		fits:     make(map[uint64][]string),
		fileFits: make(map[uint64]string),
		cells:    make(map[string]value),
		scan:     scan{maxDepth: limits.Depth},
		nested:   scan{maxDepth: limits.Depth},
		inside:   newNames(),
	}
}

// restart begins a parcel of records. Nothing of what was mapped before shows
// in what will be, but for what is the same however often it is worked out.
func (m *mapper) restart() {
	if len(m.tables) > maxTables {
		clear(m.tables)
	}
	for _, t := range m.tables {
		t.batch = nil
	}
	for _, b := range m.binders {
		clear(b.slots)
	}
	m.row, m.tally, m.clock, m.drifted = nil, tally{}, clock{order: m.clock.order}, nil
}

// bound forgets the names of members when there are too many. It is called
// between two records.
func (m *mapper) bound() {
	if len(m.keys.names) <= maxKeys {
		return
	}
	m.keys = newKeys(m.keys.marks)
	clear(m.binders)
	m.latest = nil
	for i := range m.at {
		m.at[i] = m.at[i][:0]
	}
	m.marked = m.marked[:0]
}

// maxTables bounds how many tables are remembered from one parcel to the next.
const maxTables = 100

// inOrder returns the tables that have rows, by name.
func (m *mapper) inOrder() []*rows {
	var list []*rows
	for _, name := range slices.Sorted(maps.Keys(m.tables)) {
		if t := m.tables[name]; t.batch != nil {
			list = append(list, t)
		}
	}
	return list
}

// begin starts a row of table.
func (m *mapper) begin(table string) {
	t := m.tables[table]
	if t == nil {
		t = newRows(table, m.batches)
		m.tables[table] = t
	}
	if t.batch == nil {
		t.start()
	}
	m.row = t
	t.tight = false
	m.tenant, m.unlisted = m.tenant[:0], m.unlisted[:0]
	m.caller, m.inner = value{}, value{}
	m.replaced, m.pascal, m.lesser, m.flat = false, false, false, false
}

// members puts the members where mp says. Depth is 0 for those of the record
// itself.
func (m *mapper) put(mp *mapping, members []member, depth int) {
	b := m.binder(mp)
	for n := range members {
		mem := &members[n]
		id := m.keys.id(n, mem, &m.at[depth])
		if id < 0 {
			m.keep(string(mem.key), mem.value)
			continue
		}
		for int(id) >= len(b.slots) {
			b.slots = append(b.slots, slot{})
		}
		s := &b.slots[id]
		if !s.bound {
			*s = m.bind(mp, m.keys.names[id])
		}
		m.place(s, id, mem.value)
	}
}

func (m *mapper) place(s *slot, id int32, v value) {
	v = m.asGraph(v)
	switch {
	case s.special != nil:
		s.special(m, v)
	case s.column < 0:
		m.keep(m.keys.names[id].name, v)
	case s.local && !v.empty():
		m.tally.localTime++
		m.side(s.column, v)
	default:
		m.set(s.column, v)
	}
}

func (m *mapper) binder(mp *mapping) *binder {
	if b := m.latest; b != nil && b.mapping == mp && b.rows == m.row {
		return b
	}
	key := binding{mp.name, m.row.batch.Table}
	b := m.binders[key]
	if b == nil {
		b = &binder{mapping: mp}
		m.binders[key] = b
	}
	b.rows = m.row
	m.latest = b
	return b
}

// bind finds where members called k go.
func (m *mapper) bind(mp *mapping, k keyName) slot {
	s := slot{bound: true, column: -1, local: strings.HasSuffix(k.lower, " [local time]")}
	name := k.name[:len(k.name)-(len(k.lower)-len(cleanHeader(k.lower)))]
	if tidy := strings.Trim(name, "\" "); tidy != "" {
		name = tidy
	}
	lower := strings.ToLower(name)
	if mp.snake {
		lower = strings.ReplaceAll(lower, "_", "")
	}
	if mp.heading {
		lower = k.heading
	}
	if special, ok := mp.special[lower]; ok {
		s.special = special
		return s
	}
	if column, ok := mp.columns[lower]; ok {
		s.column = m.row.column(column)
		if c, ok := m.row.listed[strings.ToLower(column)]; ok && c.Type == types.String && isAddressColumn(strings.ToLower(column)) {
			s.special = address(c.Name)
		}
		return s
	}
	if c, ok := m.row.listed[lower]; ok {
		s.column = m.row.column(c.Name)
		if c.Type == types.String && isAddressColumn(lower) {
			s.special = address(c.Name)
		}
		return s
	}
	if base, ok := m.unionColumn(name); ok {
		s.column = m.row.column(base)
		return s
	}
	if mp.heading && len(m.drifted) < maxDrifted {
		m.drifted = append(m.drifted, name)
	}
	if m.pascal {
		name = string(camelName([]byte(name)))
	}
	s.column = m.own(mp.prefix+name, mp.loose || strings.Contains(lower, "@odata."))
	return s
}

// unionColumn finds the column that union split into X_dynamic and X_string.
func (m *mapper) unionColumn(name string) (string, bool) {
	for _, suffix := range []string{"_dynamic", "_string", "_bool", "_long", "_real", "_datetime", "_guid"} {
		if base, ok := strings.CutSuffix(name, suffix); ok {
			c, ok := m.row.listed[strings.ToLower(base)]
			return c.Name, ok
		}
	}
	return "", false
}

// own returns a column for members that no published column is for, or -1.
func (m *mapper) own(name string, loose bool) int32 {
	if !isColumnName(name) || strings.EqualFold(name, unlisted) {
		return -1
	}
	_, known := m.row.columns[strings.ToLower(name)]
	if !known && (m.narrow || m.row.extra >= m.limits.Columns) {
		return -1
	}
	i := m.row.column(name)
	m.row.loose[i] = m.row.loose[i] || loose && !known
	return i
}

// set gives the row a value. A value that the column cannot hold, or a second
// one that differs from the first, goes to the column's side column.
func (m *mapper) set(column int32, v value) {
	if v.empty() {
		return
	}
	vec := &m.row.batch.Vectors[column]
	if isPrinted(v, vec.Column.Type) {
		m.tally.printed++
		m.side(column, v)
		return
	}
	if m.row.set(column) {
		if !m.same(vec, v) {
			m.side(column, v)
		}
		return
	}
	if m.flat && vec.Column.Type != types.String && string(v.raw) == "None" {
		return
	}
	if !m.store(vec, v) {
		if vec.Column.Type == types.DateTime && isMangled(v.raw) {
			m.tally.mangled++
		}
		m.tally.unread++
		m.side(column, v)
	}
}

// same tells whether the row's value in vec is v.
func (m *mapper) same(vec *engine.Vector, v value) bool {
	row := m.row.batch.Rows
	switch vec.Column.Type {
	case types.String, types.GUID, types.Decimal:
		return bytes.Equal(vec.Text(row), m.text(v))
	case types.Dynamic:
		return bytes.Equal(vec.Text(row), m.dynamic(v))
	case types.Bool:
		n, ok := m.boolean(v)
		return ok && vec.Ints[row] == n
	case types.Int, types.Long:
		n, ok := m.integer(v)
		return ok && vec.Ints[row] == n
	case types.DateTime:
		n, ok := m.time(v)
		return ok && vec.Ints[row] == n
	case types.Real:
		f, ok := m.real(v)
		return ok && vec.Floats[row] == f
	case types.TimeSpan, types.Unknown:
	}
	panic("ingest: no table has a column of type " + vec.Column.Type.String())
}

// side keeps a value that a column cannot take, beside it.
func (m *mapper) side(column int32, v value) {
	name := m.row.batch.Vectors[column].Column.Name + original
	if m.narrow {
		m.keep(name, v)
		return
	}
	i := m.row.column(name)
	if m.row.set(i) || m.row.batch.Vectors[i].Column.Type != types.Dynamic {
		m.keep(name, v)
		return
	}
	m.row.batch.Vectors[i].SetText(m.quoted(v))
}

// quoted returns the value as JSON just as it was: text stays text.
func (m *mapper) quoted(v value) []byte {
	m.invalid(v)
	m.json = appendJSON(m.json[:0], v)
	return m.json
}

// keep adds a member to the row's object of members that are not columns.
func (m *mapper) keep(name string, v value) {
	if v.empty() {
		return
	}
	if len(m.unlisted) > 0 {
		m.unlisted = append(m.unlisted, ',')
	}
	m.unlisted = appendQuoted(m.unlisted, []byte(strings.ToValidUTF8(name, replacement)))
	m.unlisted = append(m.unlisted, ':')
	m.unlisted = append(m.unlisted, m.quoted(v)...)
}

// give sets a column by name.
func (m *mapper) give(column string, v value) { m.set(m.row.column(column), v) }

// fill sets a column by name if the row has nothing there yet.
func (m *mapper) fill(column string, v value) {
	if i := m.row.column(column); !m.row.set(i) {
		m.set(i, v)
	}
}

// literal returns a value for text of ours, valid until the next call.
func (m *mapper) literal(s string) value {
	m.ours = append(m.ours[:0], s...)
	return value{kind: kindText, raw: m.ours}
}

// of notes that the record belongs to a tenant. The first to say so is right.
func (m *mapper) of(v value) {
	if v.kind != kindString && v.kind != kindText {
		return
	}
	if s := m.text(v); len(m.tenant) == 0 && isGUID(s) {
		m.tenant = appendLower(m.tenant, s)
	}
}

// appendLower appends the ASCII text s in lower case.
func appendLower(dst, s []byte) []byte {
	for _, c := range s {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		dst = append(dst, c)
	}
	return dst
}

// ofResource takes the tenant from a resource id such as
// /tenants/<guid>/providers/Microsoft.aadiam.
func (m *mapper) ofResource(v value) {
	if v.kind != kindString && v.kind != kindText {
		return
	}
	s := m.text(v)
	const prefix = "/tenants/"
	if len(s) >= len(prefix)+36 && bytes.EqualFold(s[:len(prefix)], []byte(prefix)) {
		id := s[len(prefix) : len(prefix)+36]
		if len(m.tenant) == 0 && isGUID(id) {
			m.tenant = appendLower(m.tenant, id)
		}
	}
}

// lookup returns the member called name, in any case, of a record.
func (m *mapper) lookup(members []member, name string) value {
	if at := m.where(members, name); at >= 0 {
		return members[at].value
	}
	return value{}
}

// where returns what index does, from memory where it is known.
func (m *mapper) where(members []member, name string) int {
	if !m.places.of(members) {
		return index(members, name)
	}
	if at, ok := m.places.find(name); ok {
		return at
	}
	at := index(members, name)
	m.places.note(name, at)
	return at
}

// index returns where the first member called name, in any case, is, or -1.
func index(members []member, name string) int {
	for i := range members {
		if len(members[i].key) == len(name) && strings.EqualFold(string(members[i].key), name) {
			return i
		}
	}
	return -1
}

// object returns the members of an object, or of an object inside text. They
// are valid until the next call.
func (m *mapper) object(v value) []member {
	raw := v.raw
	switch v.kind {
	case kindObject:
	case kindString, kindText:
		m.opened = append(m.opened[:0], m.text(v)...)
		raw = bytes.TrimSpace(m.opened)
		if len(raw) == 0 || raw[0] != '{' {
			return nil
		}
	case kindNone, kindNull, kindBool, kindNumber, kindArray:
		return nil
	}
	if members, ok := m.objects.members(raw); ok {
		return members
	}
	return m.objects.read(&m.nested, raw)
}

// rest returns the members of the object that holds the rest of the record.
// They are valid until the next record.
func (m *mapper) rest(v value) []member {
	if v.kind == kindString || v.kind == kindText {
		m.outer = append(m.outer[:0], m.text(v)...)
		raw := bytes.TrimSpace(m.outer)
		if len(raw) > 0 && raw[0] == '"' { // text inside text
			if inner, ok := m.scan.document(raw); ok {
				m.outer = appendText(nil, inner)
				raw = bytes.TrimSpace(m.outer)
			}
		}
		v = value{kind: kindObject, raw: raw}
		if len(raw) == 0 || raw[0] != '{' {
			return nil
		}
	}
	if v.kind != kindObject {
		return nil
	}
	s := scan{data: v.raw, maxDepth: m.limits.Depth, members: m.members, names: m.inside}
	if end := s.object(0); end != len(v.raw) {
		return nil
	}
	m.members = s.members
	return s.members
}

// finish completes the row's columns.
func (m *mapper) finish(expectTime bool) {
	t := m.row
	if t.hunting {
		m.oneTime()
	}
	if !t.set(t.time) && !t.timeless {
		if n, ok := m.otherTime(); ok {
			t.batch.Vectors[t.time].SetInt(n)
			if expectTime {
				m.tally.otherTime++
			}
		} else {
			m.tally.noTime++
		}
	}
	m.fill("Type", m.literal(t.batch.Table))
	if len(m.unlisted) > 0 {
		m.tally.unlisted++
		m.json = append(append(append(m.json[:0], '{'), m.unlisted...), '}')
		t.batch.Vectors[t.column(unlisted)].SetText(m.json)
	}
	if m.replaced {
		m.tally.replaced++
	}
}

// otherTime returns the best time that the row has besides TimeGenerated.
func (m *mapper) otherTime() (int64, bool) {
	for _, name := range []string{
		"CreatedDateTime", "DetectedDateTime", "ActivityDateTime", "RiskLastUpdatedDateTime",
		"EventSubmissionTimestamp", "StartTime", "CreatedTime", "LastUpdatedDateTime", "Start_Time", "Timestamp",
	} {
		vec := m.row.lookup(name)
		if vec == nil {
			continue
		}
		if vec.Column.Type == types.DateTime {
			return vec.Ints[m.row.batch.Rows], true
		}
		s := vec.Text(m.row.batch.Rows)
		if vec.Column.Type == types.Dynamic && len(s) > 1 && s[0] == '"' {
			if n, ok := m.clock.ticks(s[1 : len(s)-1]); ok {
				return n, true
			}
		}
	}
	return 0, false
}
