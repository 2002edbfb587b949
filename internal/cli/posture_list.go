package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/posture"
)

// An exposure is one of an incident.
type exposure struct {
	incident string // its id
	incident.Exposure
}

func exposuresOf(e *posture.Export, findings []posture.Finding) []exposure {
	var out []exposure
	for i, list := range e.Exposures(findings) {
		for _, x := range list {
			out = append(out, exposure{e.Incidents[i].ID, x})
		}
	}
	return out
}

// shownEvidence is how many records are listed of what meets a check.
const shownEvidence = 3

func postureListing(findings []posture.Finding, exposures []exposure) listing {
	l := listing{cols: textColumns("Check", "Severity", "Title", "Verdict", "Evidence", "Note", "Obtain", "Incidents", "Techniques", "Remedy", "Source")}
	for i := range findings {
		f := &findings[i]
		l.rows = append(l.rows, texts(f.ID, f.Severity.String(), f.Title, f.Verdict.String(), evidenceText(f), f.Note, f.Obtain,
			strings.Join(entitiesOf(ofCheck(exposures, f.ID)), "; "), join(f.Techniques), f.Remedy, f.Source))
	}
	return l
}

// evidenceText lists all of what does not meet a check, and some of what does.
func evidenceText(f *posture.Finding) string {
	var out []string
	for _, e := range f.Evidence {
		out = append(out, e.String())
	}
	if more := len(out) - shownEvidence; f.Verdict == posture.Met && more > 0 {
		out = append(out[:shownEvidence], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(out, "; ")
}

func ofCheck(exposures []exposure, id string) []exposure {
	var out []exposure
	for i := range exposures {
		if exposures[i].Check == id {
			out = append(out, exposures[i])
		}
	}
	return out
}

// entitiesOf names the entities of exposures with their incident, each once.
func entitiesOf(exposures []exposure) []string {
	var out []string
	for i := range exposures {
		out = append(out, exposures[i].incident+": "+exposures[i].Entity)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func exposureListing(exposures []exposure) listing {
	l := listing{cols: textColumns("Incident", "Severity", "Entity", "Relation", "Resource", "Check", "What", "Record")}
	for i := range exposures {
		x := &exposures[i]
		l.rows = append(l.rows, texts(x.incident, x.Severity.String(), x.Entity, string(x.Relation), x.Resource, x.Check, x.What, x.Record))
	}
	return l
}
