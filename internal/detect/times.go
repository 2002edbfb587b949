package detect

import (
	"slices"
	"time"

	"github.com/conshelf/conshelf/kql/types"
)

// Rules say in these columns when what they found began and ended.
func startColumns() []string {
	return []string{"StartTime", "StartTimeUtc", "FirstSeen", "FirstEvent", "TimeGenerated"}
}

func endColumns() []string {
	return []string{"EndTime", "EndTimeUtc", "LastSeen", "LastEvent", "TimeGenerated"}
}

// timed tells whether each row says when it was.
func timed(columns []types.Column) bool {
	return slices.Contains(columns, types.Column{Name: "TimeGenerated", Type: types.DateTime})
}

// times returns when what the row is about began and ended. A row that does
// not say is taken for all of the time given.
func (m *match) times(row []types.Value, from, to time.Time) (first, last time.Time) {
	start, begun := m.time(row, startColumns())
	end, ended := m.time(row, endColumns())
	switch {
	case begun && ended && !end.Before(start):
		return start, end
	case begun:
		return start, start
	case ended:
		return end, end
	}
	return from, to
}

// time returns the first of the columns that is there and holds a time.
func (m *match) time(row []types.Value, columns []string) (time.Time, bool) {
	for _, name := range columns {
		if v, ok := m.value(row, name); ok && v.Type == types.DateTime && v.Valid {
			return types.TimeOf(v.Int), true
		}
	}
	return time.Time{}, false
}
