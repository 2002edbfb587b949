// Package trial judges the rule pack by single events: each is one record of
// which somebody else wrote down whether it should alert. An event is read as
// any export is, into an evidence of its own, and the whole pack runs over it.
//
// A rule that cannot tell the event that should alert from the one beside it is
// wrong, however many others it finds.
package trial

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/detect"
	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/ingest"
	"github.com/conshelf/conshelf/internal/rule"
)

// A Store holds the evidence of one case.
type Store interface {
	engine.Loader
	detect.Evidence
	Close() error
}

// A Judge runs rules over cases.
type Judge struct {
	Rules []*rule.Compiled
	// Compile compiles a rule again for the tables that a case has: some ask
	// whether a column is there that the published table lacks. Nil: none does.
	Compile func(r *rule.Rule, have []engine.TableInfo) *rule.Compiled
	// Open returns an empty store; the Judge closes it.
	Open func(ctx context.Context) (Store, error)
}

// Judge returns what the rules made of the cases, in the order of the cases.
func (j Judge) Judge(ctx context.Context, cases []Case) (Report, error) {
	var r Report
	for _, c := range cases {
		o, err := j.outcome(ctx, c)
		if err != nil {
			return Report{}, fmt.Errorf("case %s: %w", c.Name(), err)
		}
		r.Outcomes = append(r.Outcomes, o)
	}
	return r, nil
}

func (j Judge) outcome(ctx context.Context, c Case) (o Outcome, err error) {
	store, err := j.Open(ctx)
	if err != nil {
		return Outcome{}, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	o = Outcome{Case: c}
	if o.Problem, err = read(ctx, store, c.Event); err != nil || o.Problem != "" {
		return o, err
	}
	rules, err := j.rulesFor(ctx, store)
	if err != nil {
		return o, err
	}
	result, err := detect.Run(ctx, store, rules, detect.Options{})
	if err != nil {
		return o, err
	}
	for _, a := range result.Alerts {
		o.Rules = append(o.Rules, a.Rule.Name)
	}
	slices.Sort(o.Rules)
	o.Rules = slices.Compact(o.Rules)
	return o, nil
}

// rulesFor returns the rules as they are over the tables of the store.
func (j Judge) rulesFor(ctx context.Context, store Store) ([]*rule.Compiled, error) {
	have, err := store.Tables(ctx)
	if err != nil || j.Compile == nil {
		return j.Rules, err
	}
	rules := slices.Clone(j.Rules)
	for i, r := range rules {
		if asksForColumns(r.Rule.Query) {
			rules[i] = j.Compile(r.Rule, have)
		}
	}
	return rules, nil
}

// asksForColumns tells whether a query may ask if a column is there, by either
// name of the function.
func asksForColumns(query string) bool {
	return strings.Contains(query, "column_ifexists") || strings.Contains(query, "columnifexists")
}

// read takes the event in, and says why if it was not understood.
func read(ctx context.Context, store Store, event json.RawMessage) (problem string, err error) {
	in := ingest.New(store, ingest.Options{Stdin: bytes.NewReader(append(bytes.Clone(event), '\n'))})
	err = in.Ingest(ctx, []string{"-"}, nil, func(f evidence.File, rejects []evidence.Reject) error {
		problem = f.Problem
		for _, reject := range rejects {
			problem = reject.Reason
		}
		return nil
	})
	return problem, err
}
