package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/conshelf/conshelf/internal/investigation"
	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
)

// A session is what queries run over: a case, or an empty one where there is
// none, with the options that all of them share.
type session struct {
	c       *investigation.Case
	options investigation.CompileOptions
	memory  string
	limit   int64 // of memory, in bytes
	budget  budget
	temp    string // the directory of an empty case; else ''
}

// session opens the case for queries.
func (a *app) session(ctx context.Context, f *queryFlags) (*session, error) {
	c, err := a.openExisting(ctx, a.caseDir)
	if err != nil {
		return nil, err
	}
	if err := a.useSources(c, &f.sources, true); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return a.newSession(ctx, c, f, "")
}

// sessionOrEmpty opens the case, or an empty one if there is none: a query
// that reads no table needs no evidence.
func (a *app) sessionOrEmpty(ctx context.Context, f *queryFlags) (*session, error) {
	s, err := a.session(ctx, f)
	if !errors.Is(err, investigation.ErrNoCase) {
		return s, err
	}
	temp, err := os.MkdirTemp("", "conshelf-empty-")
	if err != nil {
		return nil, fmt.Errorf("make an empty case: %w", err)
	}
	c, err := a.openCase(ctx, temp)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(temp))
	}
	if err := a.useSources(c, &f.sources, false); err != nil {
		return nil, errors.Join(err, c.Close(), os.RemoveAll(temp))
	}
	return a.newSession(ctx, c, f, temp)
}

func (a *app) newSession(ctx context.Context, c *investigation.Case, f *queryFlags, temp string) (*session, error) {
	limit, err := parseSize(a.memory)
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	s := &session{c: c, memory: a.memory, limit: limit, budget: f.budget, temp: temp}
	scope, err := f.scope.scope(ctx, c)
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	s.options = investigation.CompileOptions{Scope: scope, Vocabulary: f.vocabulary}
	return s, nil
}

func (s *session) close() error {
	err := s.c.Close()
	if s.temp != "" {
		err = errors.Join(err, os.RemoveAll(s.temp))
	}
	return err
}

func (s *session) compile(ctx context.Context, text string) (*plan.Query, diag.List, error) {
	return s.c.Compile(ctx, text, s.options)
}

// run runs one result of a query within the budget.
func (s *session) run(ctx context.Context, q *plan.Query, each rowFunc) error {
	return s.budget.run(ctx, s.memory, s.limit, func(ctx context.Context, each rowFunc) error {
		return s.c.Query(ctx, q, each)
	}, each)
}
