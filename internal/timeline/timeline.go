// Package timeline tells, in the order of time and in sentences, what somebody
// did: attacker's acts apart from ordinary ones, each with its records and the
// query that finds them. Which acts are an attacker's the incidents say, by their
// alerts and trails. It is pure: the same activities give the same story.
package timeline

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/activity"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/kql/syntax"
)

// An Attribution is why an entry is, or is not, held for an attacker's act.
type Attribution string

// The attributions, the strongest first.
const (
	Alerted  Attribution = "alert"   // a record of it is behind an alert
	Followed Attribution = "lineage" // an incident's trail has it as the attacker's
	Doubtful Attribution = "unclear" // an incident's trail has it, and cannot say whose it is
	Ordinary Attribution = ""        // nothing says so
)

// An Entry is one act, or the same act again and again.
type Entry struct {
	ID          string            `json:"id"` // of its first record: the same evidence gives the same
	First       time.Time         `json:"first"`
	Last        time.Time         `json:"last"`
	Count       int64             `json:"count"` // of records
	Sentence    string            `json:"sentence"`
	Attribution Attribution       `json:"attribution,omitempty"`
	Alerts      []string          `json:"alerts,omitempty"` // names of their rules, sorted
	Links       []string          `json:"links,omitempty"`  // why its records are in an incident's trail: clauses, sorted
	Activity    activity.Activity `json:"activity"`         // the first
	// Actors are those who did it, of whom attempts that failed may have many: at
	// most maxTargets, as they came; ActorCount is how many.
	Actors     []string          `json:"actors"`
	ActorCount int               `json:"actorCount"`
	Targets    []string          `json:"targets"`        // at most maxTargets, as they came
	Origins    []evidence.Origin `json:"origins"`        // at most maxOrigins, as they came
	Query      string            `json:"query"`          // finds the records, over the vocabulary activity
	Mark       *Mark             `json:"mark,omitempty"` // what a person thinks of it
}

// A Mark is what a person said of an entry.
type Mark struct {
	// Of is the record that it was said of, where that is not the entry's first:
	// then it is not of the whole entry.
	Of   string    `json:"of,omitempty"`
	Kind MarkKind  `json:"kind"`
	Text string    `json:"text,omitempty"`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
}

// A MarkKind is a kind of mark.
type MarkKind string

// The kinds. An entry that is dismissed as a whole is not listed unless all are
// asked for.
const (
	Pinned    MarkKind = "pin"
	Noted     MarkKind = "note"
	Dismissed MarkKind = "dismiss"
	Cleared   MarkKind = "clear" // takes the mark before back
)

// How much of an entry is listed; all of it is counted.
const (
	maxTargets = 5
	maxOrigins = 20
)

// again is how long after the last time the same act is still the same entry.
const again = 15 * time.Minute

// Input is what a story is told of.
type Input struct {
	Activities []activity.Activity
	Incidents  []incident.Incident // whose alerts' records and trails are an attacker's acts
	Habits     Habits
	Files      []evidence.File
	Marks      map[string]Mark // by ID of a record
}

// Tell returns the entries by time.
func Tell(in Input) []Entry {
	list := slices.Clone(in.Activities)
	slices.SortStableFunc(list, compareActivities)
	t := teller{
		judge: newJudge(in.Incidents), habits: in.Habits, marks: in.Marks, digests: make(map[int64]evidence.Digest, len(in.Files)),
		open: make(map[sameness]int),
	}
	for _, f := range in.Files {
		t.digests[f.Number] = f.SHA256
	}
	for _, a := range list {
		t.add(a)
	}
	for i := range t.entries {
		t.entries[i].finish(in.Habits)
	}
	return t.entries
}

func compareActivities(a, b activity.Activity) int {
	return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Origin.File, b.Origin.File), cmp.Compare(a.Origin.Record, b.Origin.Record))
}

// A sameness is what two records of one act have in common.
type sameness struct {
	source, action, result, actor, network, app, session, reason string
	attribution                                                  Attribution
}

// sameOf returns what a record has in common with others of its act. Attempts
// from one address that failed for one reason are one act, whoever was tried.
func sameOf(a activity.Activity, by Attribution) sameness {
	key := sameness{source: a.Source, action: a.Action, result: string(a.Result), network: a.Network, app: a.App, attribution: by}
	if attempt(a) {
		key.reason = a.Reason
		return key
	}
	key.actor, key.session = actorOf(a), a.SessionID
	return key
}

// attempt tells whether a record is one that is told with those of others: it
// failed, and where from is known.
func attempt(a activity.Activity) bool { return a.Result == activity.Failure && a.Network != "" }

func actorOf(a activity.Activity) string { return strings.ToLower(cmp.Or(a.Actor, a.ActorID)) }

type teller struct {
	judge   judge
	habits  Habits
	marks   map[string]Mark
	digests map[int64]evidence.Digest
	open    map[sameness]int  // the entry that another record may belong to
	actors  []map[string]bool // of each entry
	entries []Entry
}

// add adds a record to the entry that it belongs to, or begins one.
func (t *teller) add(a activity.Activity) {
	d := t.judge.of(a)
	key := sameOf(a, d.attribution)
	id := RecordID(t.digests[a.Origin.File], a.Origin.Record)
	n, found := t.open[key]
	if !found || a.Time.Sub(t.entries[n].Last) > again || t.habits.first(a) {
		n = len(t.entries)
		t.entries = append(t.entries, Entry{ID: id, First: a.Time, Activity: a, Attribution: d.attribution, Actors: []string{}, Targets: []string{}, Origins: []evidence.Origin{}})
		t.actors = append(t.actors, make(map[string]bool))
		t.open[key] = n
	}
	e := &t.entries[n]
	e.Last = a.Time
	e.Count++
	if who := actorOf(a); who != "" && !t.actors[n][who] {
		t.actors[n][who] = true
		e.ActorCount++
		if len(e.Actors) < maxTargets {
			e.Actors = append(e.Actors, who)
		}
	}
	if len(e.Origins) < maxOrigins {
		e.Origins = append(e.Origins, a.Origin)
	}
	if len(e.Targets) < maxTargets && a.Target != "" && !slices.Contains(e.Targets, a.Target) {
		e.Targets = append(e.Targets, a.Target)
	}
	for _, rule := range d.alerts {
		e.Alerts = inserted(e.Alerts, rule)
	}
	if d.link != "" {
		e.Links = inserted(e.Links, d.link)
	}
	if m, marked := t.marks[id]; marked && e.Mark == nil {
		if id != e.ID {
			m.Of = id
		}
		e.Mark = &m
	}
}

// inserted returns a sorted list with a text in it, once.
func inserted(list []string, text string) []string {
	if at, there := slices.BinarySearch(list, text); !there {
		return slices.Insert(list, at, text)
	}
	return list
}

// RecordID returns the name of a record that marks go by: it does not depend on
// the order in which files were taken in.
func RecordID(file evidence.Digest, record int64) string {
	return fmt.Sprintf("%.12s-%d", string(file), record)
}

// finish writes the sentence and the query.
func (e *Entry) finish(h Habits) {
	sentence := e.sentence()
	if e.Count > 1 {
		sentence = fmt.Sprintf("%s This is so in %d records, until %s", sentence, e.Count, e.Last.Format("15:04:05"))
		if e.ActorCount > 1 {
			sentence += some(": ", e.Actors, e.ActorCount > len(e.Actors))
		} else if len(e.Targets) > 1 {
			sentence += some(": ", e.Targets, len(e.Targets) == maxTargets)
		}
		sentence += "."
	}
	if news := h.news(e.Activity); news != "" {
		sentence += " " + news
	}
	e.Sentence = sentence
	e.Query = e.query()
}

// sentence says what was done, and by how many where they are several.
func (e *Entry) sentence() string {
	a := e.Activity
	if e.ActorCount > 1 {
		a.Actor = fmt.Sprintf("%d accounts", e.ActorCount)
	}
	return a.Sentence()
}

// some lists names, with a mark where there are more.
func some(before string, names []string, more bool) string {
	text := before + strings.Join(names, ", ")
	if more {
		text += " …"
	}
	return text
}

// query returns the query that finds the records of an entry, by all that they
// have in common.
func (e *Entry) query() string {
	a := e.Activity
	terms := []string{
		span(e.First, e.Last),
		"Source == " + syntax.Quote(a.Source),
		"Action == " + syntax.Quote(a.Action),
		"Result == " + syntax.Quote(string(a.Result)),
		"Network == " + syntax.Quote(a.Network),
		"App == " + syntax.Quote(a.App),
	}
	if attempt(a) {
		return activity.View + " | where " + strings.Join(append(terms, "Reason == "+syntax.Quote(a.Reason)), " and ")
	}
	who := "Actor =~ " + syntax.Quote(a.Actor)
	if a.Actor == "" {
		who += " and ActorId =~ " + syntax.Quote(a.ActorID)
	}
	return activity.View + " | where " + strings.Join(append(terms, who, "SessionId == "+syntax.Quote(a.SessionID)), " and ")
}

func span(first, last time.Time) string {
	if first.IsZero() {
		return "isnull(TimeGenerated)"
	}
	return "TimeGenerated between (" + instant(first) + " .. " + instant(last) + ")"
}

func instant(t time.Time) string {
	return "datetime(" + t.UTC().Format("2006-01-02T15:04:05.0000000Z") + ")"
}
