package coverage

import (
	"github.com/conshelf/conshelf/internal/incident"
	"github.com/conshelf/conshelf/internal/ingest"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/types"
)

// confessions are the windows that collectors say they did not capture.
func (s *survey) confessions() ([]incident.Gap, error) {
	var gaps []incident.Gap
	if !s.logs {
		return nil, nil
	}
	err := s.query(ingest.CollectorTable+` | where tobool(Lost)
		| project Collector = tostring(Collector), Message = tostring(Message), From = todatetime(From), To = todatetime(To)`, plan.Scope{}, func(row []types.Value) {
		g := incident.Gap{
			Kind: incident.GapLimit, Subject: row[0].Text,
			Reason:      "the collector says: " + row[1].Text,
			Consequence: "the events of this time that it did not capture were not looked at",
		}
		if row[2].Valid && row[3].Valid {
			g.Window = incident.Window{From: types.TimeOf(row[2].Int), To: types.TimeOf(row[3].Int)}
		}
		gaps = append(gaps, g)
	})
	return gaps, err
}
