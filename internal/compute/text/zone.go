package text

import (
	"fmt"
	"time"
	_ "time/tzdata" // the zones of a machine that has none

	"github.com/conshelf/conshelf/kql/types"
)

// A Zone is a time zone: when its clocks show what.
type Zone struct{ location *time.Location }

// LoadZone returns the zone of a name of the IANA database, such as
// Europe/Brussels.
func LoadZone(name string) (Zone, error) {
	if name == "" || name == "Local" {
		return Zone{}, fmt.Errorf("no time zone is called %q", name)
	}
	location, err := time.LoadLocation(name)
	if err != nil {
		return Zone{}, fmt.Errorf("no time zone is called %q", name)
	}
	return Zone{location: location}, nil
}

// ToLocal returns what the zone's clocks show at an instant, in ticks.
func (z Zone) ToLocal(ticks int64) int64 { return ticks + z.offset(ticks) }

// ToUTC returns the instant at which the zone's clocks show a time. It returns
// false for a time that they skip or show twice: which instant Kusto takes is
// not documented. The first moment of what they skip is the change itself.
func (z Zone) ToUTC(ticks int64) (int64, bool) {
	before, after := z.offset(ticks-types.TicksPerDay), z.offset(ticks+types.TicksPerDay)
	first, second := ticks-before, ticks-after
	isFirst, isSecond := z.offset(first) == before, z.offset(second) == after
	switch {
	case isFirst && isSecond:
		return first, first == second
	case isFirst:
		return first, true
	case isSecond:
		return second, true
	}
	return first, z.offset(first-1) == before && z.offset(first) == after
}

// offset returns how far the clocks are ahead at an instant, in ticks.
func (z Zone) offset(ticks int64) int64 {
	_, seconds := types.TimeOf(ticks).In(z.location).Zone()
	return int64(seconds) * types.TicksPerSecond
}
