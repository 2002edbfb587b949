// Package evidence holds what was acquired: files, where each row came from,
// and what could not be read. Originals are read and never written.
package evidence

import "time"

// A Digest is a SHA-256 in lower-case hexadecimal.
type Digest string

// PartSuffix ends the name of a file of which only a part is there yet.
const PartSuffix = ".part"

// A File is one acquired file, or one member of an archive.
type File struct {
	Number  int64        `json:"number"` // in the case, from 1, in the order of ingest
	SHA256  Digest       `json:"sha256"` // of the bytes as found: an archive's member after unpacking
	Size    int64        `json:"size"`   // bytes as found
	Path    string       `json:"path"`   // as named on the command line, slashes; "-" for standard input
	Member  string       `json:"member,omitempty"`
	Format  string       `json:"format"` // a format's name, or "" if none was recognised
	Tenant  string       `json:"tenant,omitempty"`
	Counts  Counts       `json:"counts"`
	Tables  []TableCount `json:"tables,omitempty"`
	Problem string       `json:"problem,omitempty"` // why the file as a whole was not read to its end
	// Losses say which records of its source the file lacks, or may lack, and why.
	Losses []string `json:"losses,omitempty"`
	// Continues tells that the file is a page that names a next one.
	Continues bool     `json:"continues,omitempty"`
	Notes     []string `json:"notes,omitempty"` // what was decided, replaced or not seen in reading it
	// Identity is the version of the rule by which its records were told from
	// others; 0: of a build that did not say.
	Identity int `json:"identity,omitempty"`
	// Archive is the file that Member is in.
	Archive *Archive `json:"archive,omitempty"`
	// Acquired says who took the file in, when and from where. It is of the
	// taking in, not of the evidence: results do not depend on it.
	Acquired *Acquisition `json:"acquired,omitempty"`
}

// An Archive is a file that others are in, as found.
type Archive struct {
	SHA256 Digest `json:"sha256"`
	Size   int64  `json:"size"`
}

// An Acquisition is how a file came into a case.
type Acquisition struct {
	At       time.Time `json:"at"`
	User     string    `json:"user"`
	Host     string    `json:"host"`
	Version  string    `json:"version"` // of the program
	Source   string    `json:"source"`  // the file, or the archive, as an absolute path; a path in the case if Inside
	Inside   bool      `json:"inside,omitempty"`
	Modified time.Time `json:"modified,omitzero"` // when the file was last written to
}

// Name returns the path, and the member if the file was inside an archive.
func (f File) Name() string {
	if f.Member == "" {
		return f.Path
	}
	return f.Path + "!" + f.Member
}

// Counts is what became of a file's records, those inside others among them.
// Read is always the sum of the other three.
type Counts struct {
	Read        int64 `json:"read"`
	Stored      int64 `json:"stored"`
	Duplicate   int64 `json:"duplicate"`
	Quarantined int64 `json:"quarantined"`
}

// Balanced tells whether every record read is accounted for.
func (c Counts) Balanced() bool { return c.Read == c.Stored+c.Duplicate+c.Quarantined }

// Add returns the sums.
func (c Counts) Add(d Counts) Counts {
	return Counts{c.Read + d.Read, c.Stored + d.Stored, c.Duplicate + d.Duplicate, c.Quarantined + d.Quarantined}
}

// A TableCount is how many rows of a file went into a table, and their span
// of TimeGenerated (zero: no row had one).
type TableCount struct {
	Table string    `json:"table"`
	Rows  int64     `json:"rows"`
	First time.Time `json:"first,omitzero"`
	Last  time.Time `json:"last,omitzero"`
}

// An Origin is the record that a row was read from.
type Origin struct {
	File   int64 `json:"file"`
	Record int64 `json:"record"` // from 1
}

// A Reject is a record that was not understood.
type Reject struct {
	File   int64  `json:"file"`
	Record int64  `json:"record"` // from 1
	Offset int64  `json:"offset"` // byte offset of the record in the file, after decompression
	Reason string `json:"reason"`
	Raw    string `json:"raw"` // the record's text, cut at a bound
}
