package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/sqlgen"
	"github.com/conshelf/conshelf/kql/types"
)

// An answerError is why a request has no rows. Its code is a diagnostic's, or
// one of input, timeout, rows, memory, engine and internal.
type answerError struct{ code, message string }

func (e *answerError) Error() string { return e.message }

// A resultText is one result in an answer.
type resultText struct {
	columns []types.Column
	rows    []byte // JSON arrays with commas between them
}

// queryBatch runs each query that standard input holds.
func (a *app) queryBatch(ctx context.Context, f *queryFlags) (err error) {
	s, err := a.sessionOrEmpty(ctx, f)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, s.close()) }()
	err = batch(ctx, a.in, a.out, func(b []byte, r request) []byte {
		list, failed := s.answer(ctx, r)
		return appendAnswer(b, r, list, failed)
	})
	return firstError(err, ctx.Err())
}

// answer runs one request. A fault of ours in one query is its error, and does
// not end the batch.
func (s *session) answer(ctx context.Context, r request) (list []resultText, failed *answerError) {
	defer func() {
		if fault := recover(); fault != nil {
			list, failed = nil, &answerError{"internal", fmt.Sprint("a fault of conshelf: ", fault)}
		}
	}()
	if r.err != nil {
		return nil, &answerError{"input", r.err.Error()}
	}
	q, found, err := s.compile(ctx, r.query)
	if err != nil {
		return nil, &answerError{"engine", err.Error()}
	}
	if q == nil {
		return nil, compileError(r.query, found)
	}
	for _, one := range results(q) {
		result, err := s.collect(ctx, one)
		list = append(list, result)
		if err != nil {
			return list[:1], runError(r.query, err)
		}
	}
	return list, nil
}

func (s *session) collect(ctx context.Context, q *plan.Query) (resultText, error) {
	result := resultText{columns: q.Root.Columns()}
	err := s.run(ctx, q, func(row []types.Value) error {
		if len(result.rows) > 0 {
			result.rows = append(result.rows, ',')
		}
		result.rows = append(result.rows, '[')
		for i, v := range row {
			if i > 0 {
				result.rows = append(result.rows, ',')
			}
			result.rows = appendValue(result.rows, v)
		}
		result.rows = append(result.rows, ']')
		return nil
	})
	if err != nil {
		result.rows = nil // some rows are not the answer
	}
	return result, err
}

// compileError is the first error among diagnostics.
func compileError(text string, list diag.List) *answerError {
	for _, d := range list {
		if d.Severity == diag.Error {
			return &answerError{string(d.Code), placed(text, d.Span, d.Message, d.Hint)}
		}
	}
	return &answerError{"internal", "the query has no plan and no error"}
}

func runError(text string, err error) *answerError {
	var refused *sqlgen.UnsupportedError
	var over *budgetError
	switch {
	case errors.As(err, &refused):
		return &answerError{string(diag.Unsupported), placed(text, refused.Span, refused.Construct+" is not supported: "+refused.Reason, refused.Hint)}
	case errors.As(err, &over):
		return &answerError{over.code, over.text}
	}
	return &answerError{"engine", err.Error()}
}

// placed is a message with its line, its column and its hint.
func placed(text string, span diag.Span, message, hint string) string {
	line, column := diag.Position(text, span.Start)
	s := fmt.Sprintf("%d:%d: %s", line, column, message)
	if hint != "" {
		s += "; " + hint
	}
	return s
}

// appendAnswer appends the line that answers a request: its first result, and
// the others if there are any.
func appendAnswer(b []byte, r request, list []resultText, failed *answerError) []byte {
	b = append(append(append(b, `{"id":`...), r.id...), ',')
	if len(list) == 0 {
		list = []resultText{{}}
	}
	b = appendResult(b, list[0])
	if len(list) > 1 {
		b = append(b, `,"others":[`...)
		for i, other := range list[1:] {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendResult(append(b, '{'), other), '}')
		}
		b = append(b, ']')
	}
	if failed == nil {
		return append(b, `,"error":null}`...)
	}
	b = types.AppendQuoted(append(b, `,"error":{"code":`...), failed.code)
	return append(types.AppendQuoted(append(b, `,"message":`...), failed.message), "}}"...)
}

func appendResult(b []byte, r resultText) []byte {
	b = append(appendColumns(b, r.columns), `,"rows":[`...)
	return append(append(b, r.rows...), ']')
}
