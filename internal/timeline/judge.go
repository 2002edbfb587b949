package timeline

import (
	"slices"

	"github.com/conshelf/conshelf/internal/activity"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/incident"
)

// A judge tells which activities are an attacker's: those that an alert rests
// on, and those that an incident's trail has. It adds nothing of its own.
type judge struct {
	alerts map[evidence.Origin][]string     // rules, by record
	acts   map[evidence.Origin]incident.Act // of the trails, by record
}

// A judgement is whose an activity is held to be, and why.
type judgement struct {
	attribution Attribution
	alerts      []string // names of rules
	link        string   // why it is in a trail
}

func newJudge(incidents []incident.Incident) judge {
	j := judge{alerts: make(map[evidence.Origin][]string), acts: make(map[evidence.Origin]incident.Act)}
	for _, in := range incidents {
		for _, alert := range in.Alerts {
			for _, o := range alert.Origins {
				if !slices.Contains(j.alerts[o], alert.Rule.Name) {
					j.alerts[o] = append(j.alerts[o], alert.Rule.Name)
				}
			}
		}
		if in.Trail != nil {
			j.follow(in.Trail.Acts)
		}
	}
	return j
}

// follow notes the acts of a trail. What one trail has for the attacker's is so,
// even where it is unclear to another.
func (j judge) follow(acts []incident.Act) {
	for _, a := range acts {
		if known, met := j.acts[a.Origin]; !met || attributionOf(known) != Followed {
			j.acts[a.Origin] = a
		}
	}
}

// attributionOf says what it makes of an activity that it is an act of a trail.
func attributionOf(a incident.Act) Attribution {
	switch a.Whose {
	case incident.Attackers:
		return Followed
	case incident.Unclear:
		return Doubtful
	case incident.TheOwners, incident.AProducts:
		return Ordinary
	}
	panic(a.Whose)
}

func (j judge) of(a activity.Activity) judgement {
	act, followed := j.acts[a.Origin]
	d := judgement{alerts: j.alerts[a.Origin]}
	if followed && attributionOf(act) != Ordinary {
		d.attribution, d.link = attributionOf(act), act.Why
	}
	if len(d.alerts) > 0 {
		d.attribution = Alerted
	}
	return d
}
