package posture

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A burst is how many files somebody downloaded or deleted in an hour.
type burst struct {
	time             time.Time
	user, kind       string // download, deletion, other
	log, application string
	files            int64
	place            string
}

// downloads and deletions are the operations of the logs that count as such.
func downloads() []string { return []string{"FileDownloaded", "FileSyncDownloadedFull"} }

func deletions() []string {
	return []string{"FileDeleted", "FileRecycled", "FileDeletedFirstStageRecycleBin", "FileDeletedSecondStageRecycleBin", "FileVersionsAllDeleted"}
}

func acts(names []string) string { return `"` + strings.Join(names, `", "`) + `"` }

func (e *Export) readBurst(log, place string, row []byte) error {
	var b struct {
		TimeGenerated           time.Time
		User, Kind, Application string
		Files                   int64
	}
	if err := json.Unmarshal(row, &b); err != nil {
		return err
	}
	e.bursts = append(e.bursts, burst{b.TimeGenerated, b.User, b.Kind, log, b.Application, b.Files, place})
	return nil
}

func (e *Export) readOffice(place string, row []byte) error {
	return e.readBurst(officeTable, place, row)
}

// readCloudAppEvents reads what Defender for Cloud Apps counted, and that a
// connector brought it.
func (e *Export) readCloudAppEvents(place string, row []byte) error {
	if err := e.readBurst(cloudAppTable, place, row); err != nil {
		return err
	}
	if e.seen == nil {
		e.seen = make(map[string]string)
	}
	application := e.bursts[len(e.bursts)-1].application
	if _, there := e.seen[application]; !there {
		e.seen[application] = place
	}
	return nil
}

// How much is much: so many files in an hour, and so many times what somebody
// did in any hour before. Of somebody of whom fewer days are known, only very
// many count.
const (
	manyFiles = 100
	manyTimes = 5
	knownDays = 3
	veryMany  = 500
)

// A doer is whose bursts are compared with each other: a person, and what was
// done.
type doer struct{ user, kind string }

// spikes returns the bursts that are far above what the person did before.
func (e *Export) spikes() []burst {
	most := make(map[doer]int64)
	days := make(map[string]map[string]bool)
	var out []burst
	for _, hour := range e.hours() {
		user := e.who(hour.user)
		known, d := days[user], doer{user, hour.kind}
		date := hour.time.Format(time.DateOnly)
		before := len(known)
		if known[date] {
			before--
		}
		usual := before >= knownDays && hour.files >= manyFiles && hour.files >= manyTimes*most[d]
		if hour.kind != "other" && (usual || before < knownDays && hour.files >= veryMany) {
			out = append(out, hour)
		}
		if known == nil {
			days[user] = make(map[string]bool)
		}
		days[user][date] = true
		most[d] = max(most[d], hour.files)
	}
	return out
}

// hours returns the bursts by time, those of one person, kind and hour together:
// all applications of a log, and of several logs that which counts most.
func (e *Export) hours() []burst {
	all := slices.Clone(e.bursts)
	slices.SortStableFunc(all, func(a, b burst) int { return a.time.Compare(b.time) })
	all = e.together(all, func(b burst) string { return b.log }, func(into *burst, b burst) { into.files += b.files })
	return e.together(all, func(burst) string { return "" }, func(into *burst, b burst) {
		if b.files > into.files {
			*into = b
		}
	})
}

// together joins the bursts of one person, kind and hour that are alike.
func (e *Export) together(bursts []burst, alike func(burst) string, join func(into *burst, b burst)) []burst {
	at := make(map[string]int)
	var out []burst
	for _, b := range bursts {
		key := strings.Join([]string{b.time.String(), e.who(b.user), b.kind, alike(b)}, "\x00")
		if i, there := at[key]; there {
			join(&out[i], b)
			continue
		}
		at[key] = len(out)
		out = append(out, b)
	}
	return out
}

func burstsAlerted(e *Export, r *result) {
	if !e.has(cloudAppTable) {
		e.looked(r, officeTable)
	}
	if !e.looked(r, alertTable) || len(r.open) > 0 {
		return
	}
	e.every(r, cloudAppTable, officeTable)
	spikes := e.spikes()
	if len(spikes) == 0 {
		r.doubt("no mass download or deletion is in the logs: nothing that should have raised an alert")
	}
	for i := range spikes {
		b := &spikes[i]
		t := ofDownloads
		if b.kind == "deletion" {
			t = ofDeletions
		}
		text := fmt.Sprintf("%s: %s of %d files in the hour from %s", e.who(b.user), b.kind, b.files, stamp(b.time))
		e.alerted(r, &act{topic: t, time: b.time, users: given([]string{b.user}), evidence: Evidence{Text: text, Place: b.place, User: b.user}})
	}
}
