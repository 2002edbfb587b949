package timeline

import (
	"fmt"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/activity"
)

// Habits is when each actor first did something, and first did it from an
// address, from a country and with an application, successfully. The names of
// actors are in lower case.
type Habits struct {
	Since map[string]time.Time
	First map[Habit]time.Time
}

// A Habit is something that an actor does.
type Habit struct{ Actor, Kind, Value string }

// The kinds of habits.
const (
	HabitNetwork = "network"
	HabitCountry = "country"
	HabitApp     = "app"
)

// enough is how long an actor must have been seen before anything is new.
const enough = 24 * time.Hour

func habitsOf(a activity.Activity) []Habit {
	actor := strings.ToLower(a.Actor)
	return []Habit{{actor, HabitCountry, a.Country}, {actor, HabitNetwork, a.Network}, {actor, HabitApp, a.App}}
}

// first tells whether an activity is the first of a habit.
func (h Habits) first(a activity.Activity) bool { return h.news(a) != "" }

// news says what an activity is the first of, and how long the actor had been
// seen until then; ” if it is nothing new, or the actor is.
func (h Habits) news(a activity.Activity) string {
	since, known := h.Since[strings.ToLower(a.Actor)]
	if !known || a.Actor == "" || a.Result != activity.Success {
		return ""
	}
	before := a.Time.Sub(since)
	if before < enough {
		return ""
	}
	var firsts []string
	for _, habit := range habitsOf(a) {
		if t, seen := h.First[habit]; seen && habit.Value != "" && t.Equal(a.Time) {
			firsts = append(firsts, firstWords(habit))
		}
	}
	if len(firsts) == 0 {
		return ""
	}
	return fmt.Sprintf("It is the first time %s, in %s of records of this account.", strings.Join(firsts, " and "), days(before))
}

func firstWords(h Habit) string {
	switch h.Kind {
	case HabitNetwork:
		return "from " + h.Value
	case HabitCountry:
		return "from the country " + h.Value
	}
	return "with " + h.Value
}

func days(d time.Duration) string {
	n := int(d / (24 * time.Hour))
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}
