package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/conshelf/conshelf/kql/types"
)

// maxLine is the longest line of a batch that is read. A query has at most a
// mebibyte, and JSON may need six bytes for one.
const maxLine = 8 << 20

// A request is a line of a batch.
type request struct {
	id    json.RawMessage // as given; null if the line does not say
	query string
	err   error // what is wrong with the line
}

// batch reads requests from in and answers each with one line.
func batch(ctx context.Context, in io.Reader, out io.Writer, answer func(b []byte, r request) []byte) error {
	return eachLine(ctx, in, out, func(l textLine) ([]byte, error) {
		r := request{id: nullID(), err: l.err}
		if l.err == nil {
			r = parseRequest(l.text)
		}
		return answer(nil, r), nil
	})
}

// A textLine is a line that was read, or why it was not.
type textLine struct {
	text []byte
	err  error
}

// eachLine answers each line of in with one, which is written out before the
// next is answered. No line stops those after it. A line with nothing on it is
// not answered.
func eachLine(ctx context.Context, in io.Reader, out io.Writer, answer func(textLine) ([]byte, error)) error {
	lines, failed := make(chan textLine), make(chan error, 1)
	go func() { failed <- readLines(ctx, in, lines) }()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-failed:
			return err
		case l := <-lines:
			b, err := answer(l)
			if err != nil {
				return err
			}
			if _, err := out.Write(append(b, '\n')); err != nil {
				return err
			}
		}
	}
}

// readLines sends each line of in; a read that never returns does not keep the
// program from being interrupted.
func readLines(ctx context.Context, in io.Reader, lines chan<- textLine) error {
	reader := bufio.NewReaderSize(in, 64<<10)
	for {
		line, err := readLine(reader)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil && !errors.Is(err, errLongLine):
			return fmt.Errorf("read batch: %w", err)
		case err == nil && len(bytes.TrimSpace(line)) == 0:
			continue
		}
		select {
		case lines <- textLine{line, err}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func nullID() json.RawMessage { return json.RawMessage("null") }

var errLongLine = fmt.Errorf("the line has more than %d bytes", maxLine)

// readLine returns the next line without its end. One that is too long is
// read to its end, and is errLongLine.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	long := false
	for {
		part, err := r.ReadSlice('\n')
		if !long {
			line = append(line, part...)
			long = len(line) > maxLine+1
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && !errors.Is(err, io.EOF):
			return nil, err
		case err != nil && len(line) == 0:
			return nil, io.EOF
		case long:
			return nil, errLongLine
		}
		return bytes.TrimSuffix(line, []byte("\n")), nil
	}
}

func parseRequest(line []byte) request {
	r := request{id: nullID()}
	var fields struct {
		ID    json.RawMessage `json:"id"`
		Query *string         `json:"query"`
	}
	if !utf8.Valid(line) {
		r.err = errors.New("the line is not UTF-8 text")
		return r
	}
	err := json.Unmarshal(line, &fields)
	if len(fields.ID) > 0 {
		r.id = fields.ID
	}
	switch {
	case err != nil:
		r.err = errors.New("the line is no JSON object with an id and a query that is a string")
	case fields.Query == nil:
		r.err = errors.New("the line has no query")
	case strings.ContainsRune(*fields.Query, utf8.RuneError) && !namesReplacement(line):
		r.err = errors.New("the query has half of a surrogate pair")
	default:
		r.query = *fields.Query
	}
	return r
}

// namesReplacement tells whether a line itself has U+FFFD, which the decoder
// also puts where an escape has no character.
func namesReplacement(line []byte) bool {
	return bytes.ContainsRune(line, utf8.RuneError) || bytes.Contains(bytes.ToLower(line), []byte(`\ufffd`))
}

// appendColumns appends "columns":[{"name":…,"type":…}].
func appendColumns(b []byte, cols []types.Column) []byte {
	b = append(b, `"columns":[`...)
	for i, c := range cols {
		if i > 0 {
			b = append(b, ',')
		}
		b = types.AppendQuoted(append(b, `{"name":`...), c.Name)
		b = types.AppendQuoted(append(b, `,"type":`...), typeName(c.Type))
		b = append(b, '}')
	}
	return append(b, ']')
}

// typeName is the type of a column; one that no one can know is dynamic.
func typeName(t types.Scalar) string {
	if t == types.Unknown {
		t = types.Dynamic
	}
	return t.String()
}

// appendValue appends a value as Kusto's interface writes it: a datetime has
// no more digits than it needs.
func appendValue(b []byte, v types.Value) []byte {
	switch {
	case !v.Valid:
		return append(b, "null"...)
	case v.Type == types.DateTime:
		return types.AppendQuoted(b, shortTime(types.FormatDateTime(v.Int)))
	case v.Type == types.TimeSpan:
		return types.AppendQuoted(b, types.FormatTimeSpan(v.Int))
	case v.Type == types.Dynamic:
		return appendCompact(b, v.Text)
	}
	return v.AppendJSON(b)
}

// shortTime drops the zeros at the end of a time's fraction.
func shortTime(s string) string {
	whole, fraction, ok := strings.Cut(strings.TrimSuffix(s, "Z"), ".")
	if fraction = strings.TrimRight(fraction, "0"); !ok || fraction == "" {
		return whole + "Z"
	}
	return whole + "." + fraction + "Z"
}

// appendCompact appends JSON that stays on one line.
func appendCompact(b []byte, text string) []byte {
	if !strings.ContainsAny(text, "\n\r") {
		return append(b, text...)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(text)); err != nil {
		return types.AppendQuoted(b, text)
	}
	return append(b, compact.Bytes()...)
}
