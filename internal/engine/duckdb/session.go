package duckdb

import (
	"errors"
	"strconv"
	"strings"
)

// sessionFunctions are those that look at all rows together.
func sessionFunctions() []function {
	return []function{
		{name: "kql_sessions", signature: "S:S", eval: func(r *row, out *result) {
			var s session
			for _, text := range r.list(0) {
				out.element(s.next(text))
			}
		}},
	}
}

// A session is where row_window_session stands: when the session started, and
// the value before.
type session struct {
	start, last int64
	open        bool
}

var errDistance = errors.New("row_window_session: a distance is null")

// next takes a row, as "r value first between" with an r if a session must
// start and nothing for a null value, and returns when its session started. A
// null belongs to none, and the value after it starts one.
func (s *session) next(text string) string {
	parts := strings.Split(text, " ")
	if len(parts) != 4 {
		panic(errDistance)
	}
	value, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		s.open = false
		return ""
	}
	first, between := must(strconv.ParseInt(parts[2], 10, 64)), must(strconv.ParseInt(parts[3], 10, 64))
	if !s.open || parts[0] != "" || value-s.start >= first || value-s.last >= between {
		s.start, s.open = value, true
	}
	s.last = value
	return strconv.FormatInt(s.start, 10)
}
