package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/posture"
)

// shownEvidence is how many records are listed of what meets a check.
const shownEvidence = 3

func postureListing(findings []posture.Finding, exposures []posture.Exposure) listing {
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

func ofCheck(exposures []posture.Exposure, id string) []posture.Exposure {
	var out []posture.Exposure
	for i := range exposures {
		if exposures[i].Check == id {
			out = append(out, exposures[i])
		}
	}
	return out
}

// entitiesOf names the entities of exposures with their incident, each once.
func entitiesOf(exposures []posture.Exposure) []string {
	var out []string
	for i := range exposures {
		out = append(out, exposures[i].Incident+": "+exposures[i].Entity)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func exposureListing(exposures []posture.Exposure) listing {
	l := listing{cols: textColumns("Incident", "Severity", "Entity", "Relation", "Resource", "Check", "What", "Record")}
	for i := range exposures {
		x := &exposures[i]
		l.rows = append(l.rows, texts(x.Incident, x.Severity.String(), x.Entity, string(x.Relation), x.Resource, x.Check, x.What, x.Place))
	}
	return l
}
