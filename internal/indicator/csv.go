package indicator

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/activity"
)

// headings are the names of the columns that are read, in lower case.
var headings = struct{ value, kind, note []string }{
	value: []string{"value", "indicator", "ioc", "observable", "ioc_value", "indicatorvalue"},
	kind:  []string{"type", "kind", "ioc_type", "indicatortype"},
	note:  []string{"description", "comment", "note", "title", "ioc_description"},
}

// readCSV reads a table with a heading, or a list with one value a line.
func readCSV(data []byte) (List, error) {
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord, r.TrimLeadingSpace, r.LazyQuotes, r.Comment = -1, true, true, '#'
	var list List
	columns := [3]int{0, -1, -1}
	for first := true; ; first = false {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return list, fmt.Errorf("read CSV: %w", err)
		}
		if found, ok := heading(record); first && ok {
			columns = found
			continue
		}
		line, _ := r.FieldPos(0)
		list.record(fmt.Sprintf("line %d", line), record, columns)
	}
}

// heading returns the columns of the value, the kind and the note.
func heading(record []string) (columns [3]int, ok bool) {
	for n, names := range [][]string{headings.value, headings.kind, headings.note} {
		columns[n] = slices.IndexFunc(record, func(cell string) bool {
			return slices.Contains(names, strings.ToLower(strings.TrimSpace(cell)))
		})
	}
	return columns, columns[0] >= 0
}

func (l *List) record(where string, record []string, columns [3]int) {
	cell := func(n int) string {
		if at := columns[n]; at >= 0 && at < len(record) {
			return strings.TrimSpace(record[at])
		}
		return ""
	}
	value, kind := refang(cell(0)), cell(1)
	if value == "" {
		return
	}
	i, err := typed(kind, value)
	if err != nil {
		l.skip(where, "%v", err)
		return
	}
	l.add(i, cell(2))
}

// typed returns the indicator of a value whose kind a list names: by our names,
// or by those of MISP and STIX.
func typed(kind, value string) (activity.Indicator, error) {
	if kind == "" {
		return guess(value)
	}
	if k, err := activity.ParseKind(strings.ToLower(kind)); err == nil {
		return activity.NewIndicator(k, value)
	}
	if k, known := foreign[strings.ToLower(kind)]; known {
		return activity.NewIndicator(k, value)
	}
	return activity.Indicator{}, fmt.Errorf("type %s is in no log that is looked at", kind)
}

// foreign are the kinds by the names that MISP and STIX have for them.
var foreign = map[string]activity.Kind{
	"ip-src": activity.IP, "ip-dst": activity.IP, "ipv4-addr": activity.IP, "ipv6-addr": activity.IP, "ipv4": activity.IP, "ipv6": activity.IP, "cidr": activity.IP,
	"email": activity.User, "email-src": activity.User, "email-dst": activity.User, "email-addr": activity.User, "account": activity.User,
	"user-account": activity.User, "upn": activity.User, "target-user": activity.User,
	"user-agent": activity.Agent, "useragent": activity.Agent,
	"azure-application-id": activity.App, "appid": activity.App, "application": activity.App,
	"domain-name": activity.Domain, "hostname": activity.Device, "sessionid": activity.Session,
}
