package cli

import (
	"context"
	"fmt"
	"strconv"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/types"
)

// checkBatch checks each query that standard input holds.
func (a *app) checkBatch(ctx context.Context, f *queryFlags) error {
	return a.withChecker(ctx, f, func(c checker) error {
		err := batch(ctx, a.in, a.out, func(b []byte, r request) []byte {
			return appendChecked(b, r, c.checkRequest(ctx, r))
		})
		return firstError(err, ctx.Err())
	})
}

// checkRequest checks one request. What is wrong with the line, or with us, is
// a diagnostic too.
func (c checker) checkRequest(ctx context.Context, r request) (found checked) {
	defer func() {
		if fault := recover(); fault != nil {
			found = checked{failed: &answerError{"internal", fmt.Sprint("a fault of conshelf: ", fault)}}
		}
	}()
	if r.err != nil {
		return checked{failed: &answerError{"input", r.err.Error()}}
	}
	found, err := c.check(ctx, r.query)
	if err != nil {
		return checked{failed: &answerError{"engine", err.Error()}}
	}
	return found
}

// appendChecked appends the line that answers a check. Start and end are
// offsets in bytes of the query's UTF-8 text.
func appendChecked(b []byte, r request, found checked) []byte {
	b = append(append(append(b, `{"id":`...), r.id...), `,"diagnostics":[`...)
	if found.failed != nil {
		b = appendDiagnostic(b, diag.Diagnostic{Code: diag.Code(found.failed.code), Message: found.failed.message}, r.query)
	}
	for i, d := range found.list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendDiagnostic(b, d, r.query)
	}
	b = append(b, "],"...)
	return append(appendColumns(b, found.columns), '}')
}

func appendDiagnostic(b []byte, d diag.Diagnostic, text string) []byte {
	b = types.AppendQuoted(append(b, `{"code":`...), string(d.Code))
	b = types.AppendQuoted(append(b, `,"severity":`...), d.Severity.String())
	b = types.AppendQuoted(append(b, `,"message":`...), d.Message)
	b = strconv.AppendInt(append(b, `,"start":`...), int64(min(d.Span.Start, len(text))), 10)
	b = strconv.AppendInt(append(b, `,"end":`...), int64(min(d.Span.End, len(text))), 10)
	return append(types.AppendQuoted(append(b, `,"hint":`...), d.Hint), '}')
}
