package coverage

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/incident"
)

// OfFiles names the files of which records are missing, or may be, by what is
// known of the files alone.
func OfFiles(files []evidence.File) []incident.Gap {
	return sorted(slices.Concat(unfinished(files), lacking(files), unread(files)))
}

// lacking names the files that lack records, or may, by what was told when they
// were read.
func lacking(files []evidence.File) []incident.Gap {
	var gaps []incident.Gap
	for _, f := range files {
		for _, loss := range f.Losses {
			gaps = append(gaps, incident.Gap{
				Kind: incident.GapLimit, Subject: f.Name(), Tables: tablesOf(f), Window: windowOf(f),
				Reason: loss, Consequence: "the records that are not in the file were not looked at",
			})
		}
	}
	return gaps
}

// unfinished names the folders in which every page of an export names a next
// one, so that the last is not there.
func unfinished(files []evidence.File) []incident.Gap {
	var gaps []incident.Gap
	seen := make(map[series]bool)
	for _, f := range files {
		if !f.Continues || seen[seriesOf(f)] || followed(f, files) {
			continue
		}
		seen[seriesOf(f)] = true
		gaps = append(gaps, incident.Gap{
			Kind: incident.GapLimit, Subject: f.Name(), Tables: tablesOf(f), Window: windowOf(f),
			Reason:      "it names a next page (@odata.nextLink), and no file beside it is a last page",
			Consequence: "the records of the pages that are not there were not looked at",
		})
	}
	return gaps
}

// A series is the files of one folder, or archive, that are of one format: the
// pages of an export.
type series struct{ folder, format string }

func seriesOf(f evidence.File) series { return series{path.Dir(f.Name()), f.Format} }

// followed tells whether a file is a page that names a next one, in a series
// that has its last page.
func followed(f evidence.File, files []evidence.File) bool {
	return f.Continues && slices.ContainsFunc(files, func(other evidence.File) bool {
		return !other.Continues && other.Counts.Read > 0 && seriesOf(other) == seriesOf(f)
	})
}

// windowOf is the time that a file's rows span; the zero window if none has one.
func windowOf(f evidence.File) incident.Window {
	var w incident.Window
	for _, t := range f.Tables {
		if t.First.IsZero() {
			continue
		}
		if w.From.IsZero() || t.First.Before(w.From) {
			w.From = t.First
		}
		if t.Last.After(w.To) {
			w.To = t.Last
		}
	}
	return w
}

func thousands(n int64) string {
	digits := fmt.Sprint(n)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}
