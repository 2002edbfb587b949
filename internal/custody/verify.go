package custody

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"

	"golang.org/x/crypto/ssh"

	"github.com/conshelf/conshelf/internal/evidence"
)

// A Kind is what a finding is about.
type Kind string

// The kinds of findings.
const (
	KindJournal  Kind = "journal"
	KindCase     Kind = "case"
	KindEvidence Kind = "evidence"
	KindRow      Kind = "row"
)

// A Finding is one thing that is not as the journal says.
type Finding struct {
	Kind    Kind   `json:"kind"`
	Subject string `json:"subject"`
	Reason  string `json:"reason"`
	// Unchecked tells that it was not compared: nothing is known of it.
	Unchecked bool `json:"unchecked,omitempty"`
}

func (f Finding) String() string { return f.Subject + ": " + f.Reason }

// Originals finds the files that evidence was read from.
type Originals interface {
	// Open opens the original of p. An error that is fs.ErrNotExist means that
	// it is not where it was. From is where it was looked for.
	Open(p Promise) (f io.ReadCloser, from string, err error)
}

// Options say what Verify compares with.
type Options struct {
	Originals Originals       // nil: they are not looked at, which is told
	Signers   []ssh.PublicKey // one of whom must have signed the journal; none: whoever has
	Head      evidence.Digest // a line that the journal must have; '': any will do
	Tell      func(Finding)   // called for what is not as it was, and for what could not be compared
}

// A Result is what Verify has done.
type Result struct {
	Checked    int64       // how many things were compared
	Signatures []Signature // that are good
	Lines      int64       // of the journal
	Head       evidence.Digest
}

// Verify compares a case with its journal: each line, each file of the case,
// each original.
func Verify(fsys fs.FS, o Options) Result {
	data, err := fs.ReadFile(fsys, JournalName)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(data) == 0 {
		o.Tell(Finding{Kind: KindJournal, Subject: JournalName, Reason: "is not there: nothing of the case can be checked"})
		return Result{}
	}
	if err != nil {
		o.Tell(Finding{Kind: KindJournal, Subject: JournalName, Reason: "cannot be read, and nothing of the case be checked: " + err.Error()})
		return Result{}
	}
	v := &verification{fsys: fsys, chain: Read(data), tell: o.Tell}
	v.journal()
	v.head(o.Head)
	good := v.signatures(data, o.Signers)
	v.files()
	v.rows()
	v.originals(o.Originals)
	return Result{v.checked, good, v.chain.last(), v.chain.Head()}
}

// A verification is one pass of Verify.
type verification struct {
	fsys    fs.FS
	chain   Chain
	tell    func(Finding)
	checked int64
}

func (v *verification) finding(kind Kind, subject, format string, args ...any) {
	v.tell(Finding{Kind: kind, Subject: subject, Reason: fmt.Sprintf(format, args...)})
}

// head makes sure that the journal has a line that somebody wrote down.
func (v *verification) head(want evidence.Digest) {
	if want == "" || slices.ContainsFunc(v.chain.Lines, func(l Line) bool { return l.hash == want }) {
		return
	}
	v.finding(KindJournal, JournalName, "no line of it has the hash %s: it was cut, or it is another one", want)
}

func (v *verification) journal() {
	for _, f := range v.chain.Faults {
		v.finding(KindJournal, fmt.Sprintf("%s: line %d", JournalName, f.Line), "%s", f.Reason)
	}
	for _, l := range v.chain.Lines {
		for _, f := range l.Found {
			v.finding(KindCase, f.Subject, "%s, before line %d of the journal opened the case: what was changed then went unseen until it", f.Reason, l.Number)
		}
		if l.Resumed != nil && len(l.Resumed.Unseen) > 0 {
			v.finding(KindJournal, fmt.Sprintf("%s: line %d", JournalName, l.Number), "the files %v were in the case, and no line says how they came there", l.Resumed.Unseen)
		}
	}
	v.checked += int64(len(v.chain.Lines) + len(v.chain.Faults))
}

// files compares the files of the case with the inventories.
func (v *verification) files() {
	open := v.chain.Session()
	want := inventoryOf(v.chain.Lines)
	if open > 0 {
		v.finding(KindCase, DatabaseName, "the session that line %d of the journal opened was stopped before its end: load something to have it closed, and verify again", open)
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if open > 0 && isDatabase(name) {
			continue
		}
		v.checked++
		if diff := want[name].diff(v.fsys); diff != "" {
			v.finding(KindCase, name, "%s, says line %d of the journal", diff, want[name].line)
		}
	}
	_ = fs.WalkDir(v.fsys, ".", func(name string, d fs.DirEntry, err error) error {
		_, listed := want[name]
		switch {
		case err != nil:
			v.finding(KindCase, name, "cannot be read: %v", err)
		case d.IsDir() || listed || name == JournalName || name == RowsName || open > 0 && isDatabase(name):
		default:
			v.stranger(name)
		}
		return nil // it has been told, and the walk goes on
	})
}

// stranger is a file of the case that the journal does not have.
func (v *verification) stranger(name string) {
	if isDatabase(name) {
		v.finding(KindCase, name, "the journal does not have it, and it belongs to the database")
		return
	}
	v.tell(Finding{Kind: KindCase, Subject: name, Reason: "the journal does not have it: it was put here since", Unchecked: true})
}

// rows compares the digests of rows, the file of them, with the journal.
func (v *verification) rows() {
	promises := v.chain.promises()
	if len(promises) == 0 {
		return
	}
	f, err := v.fsys.Open(RowsName)
	if err != nil {
		v.finding(KindCase, RowsName, "cannot be read: %v", err)
		return
	}
	defer func() { _ = f.Close() }() // it was only read
	end := int64(0)
	for _, p := range promises {
		v.checked++
		h := sha256.New()
		n, err := io.CopyN(h, f, p.Rows.Length)
		switch {
		case err != nil:
			v.finding(KindCase, RowsName, "ends at byte %d, within the digests of file %d (%s)", end+n, p.Number, p.Name())
			return
		case sumOf(h) != p.Rows.SHA256 || p.Rows.Offset != end:
			v.finding(KindCase, RowsName, "changed: bytes %d to %d, the digests of file %d (%s)", end, end+n-1, p.Number, p.Name())
		}
		end += n
	}
	if n, _ := io.Copy(io.Discard, f); n > 0 && v.chain.Session() == 0 {
		v.finding(KindCase, RowsName, "has %d bytes after its end at byte %d", n, end)
	}
}

// originals compares the files that evidence was read from.
func (v *verification) originals(originals Originals) {
	kept := v.chain.Kept()
	latest := make(map[string]Promise)
	for _, p := range kept {
		latest[p.Source] = p
	}
	done := make(map[string]original)
	for _, p := range kept {
		subject := fmt.Sprintf("file %d: %s", p.Number, p.Name())
		switch {
		case p.SHA256 == "":
			v.unchecked(subject, "it could not be read when the case was made: "+p.Problem)
		case p.Inside:
			// The inventory has it.
		case originals == nil:
			v.unchecked(subject, "the original was not looked at")
		default:
			o, ok := done[p.Source]
			if !ok {
				o = read(originals, p)
				done[p.Source] = o
			}
			v.checked++
			v.original(subject, o, p, latest[p.Source])
		}
	}
}

func (v *verification) unchecked(subject, reason string) {
	v.tell(Finding{Kind: KindEvidence, Subject: subject, Reason: reason, Unchecked: true})
}

// An original is an original file as it is now.
type original struct {
	from   string
	size   int64
	sha256 evidence.Digest
	err    error
}

func read(originals Originals, p Promise) original {
	f, from, err := originals.Open(p)
	if err != nil {
		return original{from: from, err: err}
	}
	defer func() { _ = f.Close() }() // it was only read
	h := sha256.New()
	n, err := io.Copy(h, f)
	return original{from, n, sumOf(h), err}
}

// original compares an original with what it was.
func (v *verification) original(subject string, o original, p, latest Promise) {
	size, digest := p.found()
	_, newest := latest.found()
	switch {
	case errors.Is(o.err, fs.ErrNotExist):
		v.finding(KindEvidence, subject, "the original is no longer at %s: it cannot be checked", o.from)
	case o.err != nil:
		v.finding(KindEvidence, subject, "the original cannot be read: %v", o.err)
	case o.sha256 == digest:
	case o.sha256 == newest:
		v.finding(KindEvidence, subject, "the original is no longer there: at %s is now what was loaded as file %d", o.from, latest.Number)
	case o.size != size:
		v.finding(KindEvidence, subject, "the original at %s was changed: it has %d bytes, and had %d", o.from, o.size, size)
	default:
		v.finding(KindEvidence, subject, "the original at %s was changed: it has SHA-256 %s, and had %s", o.from, o.sha256, digest)
	}
}

// found is the size and digest of the file on disk: of a member, its archive.
func (p Promise) found() (int64, evidence.Digest) {
	if p.Archive != nil {
		return p.Archive.Size, p.Archive.SHA256
	}
	return p.Size, p.SHA256
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
