package ingest

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/conshelf/conshelf/internal/engine"
	"github.com/conshelf/conshelf/internal/evidence"
)

// facts are what is true of a file as a whole, and known only when all of it
// has been read. A pass that finds them to be other than it took them to be is
// undone, and the file read again.
type facts struct {
	order  dateOrder
	tenant string // of rows that name none
	narrow bool   // it names too many columns: those that are not published are kept in Unlisted
}

// read reads a file and hands over its rows, which are not committed yet.
func (in *Ingester) read(ctx context.Context, f evidence.File, e entry) (receipt, error) {
	if f.Problem != "" {
		f.SHA256 = in.digest(ctx, e)
		return receipt{f, nil, in.deposit(ctx)}, nil
	}
	if in.sizes[e.size] {
		if known, ok := in.duplicate(ctx, e); ok {
			return receipt{duplicateOf(f, known), nil, in.deposit(ctx)}, nil
		}
	}
	now := facts{tenant: cmp.Or(pathTenant(e.path+"/"+e.member), in.options.Tenant)}
	for range maxPasses {
		in.seen.keep()
		p := &pass{in: in, ctx: ctx, deposit: in.deposit(ctx), file: f, entry: e, facts: now}
		err := p.read()
		found := p.found()
		if err == nil && found == now {
			p.progress(0)
			return receipt{p.file, p.rejects, p.deposit}, nil
		}
		if err := errors.Join(err, p.undo()); err != nil {
			return receipt{}, err
		}
		now = found
	}
	return receipt{}, errors.New("the file changes while it is read: copy it first")
}

// maxPasses bounds the readings of a file. Each finds at most one fact to be
// other than it was taken to be: the order of dates twice, the tenant once, the
// number of columns once.
const maxPasses = 5

// duplicate tells whether a file with the same bytes is known.
func (in *Ingester) duplicate(ctx context.Context, e entry) (evidence.File, bool) {
	known, ok := in.digests[in.digest(ctx, e)]
	return known, ok
}

// digest returns the SHA-256 of a file that is not read, or "" if it cannot be
// opened or has no bytes of its own.
func (in *Ingester) digest(ctx context.Context, e entry) evidence.Digest {
	if e.open == nil {
		return ""
	}
	r, err := e.open()
	if err != nil {
		return "" // reading it says why
	}
	defer func() { _ = r.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, &cancellable{ctx, r}); err != nil {
		return ""
	}
	return digest(h)
}

func digest(h hash.Hash) evidence.Digest { return evidence.Digest(hex.EncodeToString(h.Sum(nil))) }

// cancellable is a reader that ends when ctx does.
type cancellable struct {
	ctx context.Context
	r   io.Reader
}

func (c *cancellable) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// duplicateOf is the file f, which has the bytes of known: it is not read
// again, and each of its records is a duplicate.
func duplicateOf(f, known evidence.File) evidence.File {
	f.SHA256, f.Size, f.Format, f.Tenant, f.Problem = known.SHA256, known.Size, known.Format, known.Tenant, known.Problem
	f.Counts = evidence.Counts{Read: known.Counts.Read, Duplicate: known.Counts.Read}
	f.Notes = []string{fmt.Sprintf("has the same bytes as file %d, %s: its records are counted as duplicates", known.Number, known.Name())}
	return f
}

// pathTenant returns the tenant that a path of diagnostic logs names.
func pathTenant(path string) string {
	match := regexp.MustCompile(`(?i)tenantId=([0-9a-f-]{36})(?:/|$)`).FindStringSubmatch(path)
	if match == nil || !isGUID([]byte(match[1])) {
		return ""
	}
	return strings.ToLower(match[1])
}

// A pass is one reading of one file. The records that are cut from its text
// are decoded by workers, a parcel at a time; what the workers made of them is
// taken over in the order of the records.
type pass struct {
	in      *Ingester
	ctx     context.Context // a pass lives as long as the call that made it
	deposit *deposit
	file    evidence.File
	entry   entry
	facts   facts

	parcel *parcel   // being filled
	sent   []*parcel // with the workers, in the order of their records
	window *window   // that the records are cut from
	taken  *counter  // of the bytes of the file

	rejects    []evidence.Reject
	rejectRaw  int
	duplicates *engine.Batch // not handed over yet; nil: there are none
	formats    []string
	headed     string // the format that the header of a table tells, or ""
	fixed      *shape // of all records, where their frames tell it
	tally      tally
	clock      clock
	drifted    []string // headings of the portal that are not known
	layouts    map[string]*layout
	tenants    map[string]bool
	homeless   int64 // rows stored that name no tenant
}

// read reads the file from its first byte to its last.
func (p *pass) read() error {
	p.clock = clock{order: p.facts.order}
	p.layouts = make(map[string]*layout)
	p.tenants = make(map[string]bool)
	defer p.dismiss()
	r, err := p.entry.open()
	if err != nil {
		p.file.Problem = "cannot be opened: " + why(err)
		return nil
	}
	defer func() { _ = r.Close() }()
	h := newHashed(r)
	p.taken = &counter{r: h}
	err = p.whole(p.taken)
	p.file.SHA256, p.file.Size = digest(h.h), p.taken.n.Load()
	if err != nil {
		return err
	}
	return p.finish()
}

// whole reads the records of the file, and then what may follow them.
func (p *pass) whole(r io.Reader) error {
	if err := p.text(r); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, &cancellable{p.ctx, r}); err != nil && p.ctx.Err() == nil {
		p.problem("cannot be read to its end: " + why(err))
	}
	return p.ctx.Err()
}

// problem notes why the file was not read to its end. The first reason is the
// one to tell.
func (p *pass) problem(reason string) {
	if p.file.Problem == "" {
		p.file.Problem = reason
	}
}

// text unpacks and decodes the file, and reads its records. What is packed is
// unpacked while what came before is read.
func (p *pass) text(r io.Reader) error {
	b := bufio.NewReaderSize(r, 64<<10)
	levels, packed := 2, p.entry.nested
	if p.entry.nested {
		levels = 1
	}
	for plain := true; ; levels-- {
		head, _ := b.Peek(headSize)
		if bytes.HasPrefix(head, []byte(parquetMagic)) {
			return p.parquet(b, plain)
		}
		if kindOfArchive(head) != notArchive {
			p.refuse(b, "is an archive inside an archive: unpack it first")
			return nil
		}
		packing := sniffCodec(head)
		if packing == notPacked {
			break
		}
		if levels == 0 {
			p.refuse(b, "is compressed more than twice: unpack it first")
			return nil
		}
		unpacked, err := p.in.unpack(packing, b)
		if err != nil {
			p.refuse(b, why(err))
			return nil
		}
		defer func() { _ = unpacked.Close() }()
		b, plain, packed = bufio.NewReaderSize(unpacked, 64<<10), false, true
	}
	if packed {
		a := newAhead(b)
		defer func() { _ = a.Close() }()
		b = bufio.NewReaderSize(a, 64<<10)
	}
	return p.decoded(b)
}

// refuse is a file that is no text: one record, quarantined.
func (p *pass) refuse(b *bufio.Reader, reason string) {
	head, _ := b.Peek(64)
	p.problem(reason)
	p.refuseAll(&record{number: 1, raw: head}, reason)
}

// refuseAll quarantines the one record that stands for the whole file.
func (p *pass) refuseAll(r *record, reason string) {
	p.file.Counts.Read++
	p.file.Counts.Quarantined++
	p.reject(rejected(r, reason))
}

func (p *pass) decoded(b *bufio.Reader) error {
	head, err := b.Peek(8 << 10)
	if len(head) == 0 {
		if err != nil && !errors.Is(err, io.EOF) {
			p.refuse(b, why(err))
			return nil
		}
		p.problem("is empty")
		return nil
	}
	enc, mark := sniffEncoding(head)
	if enc == utf8Text {
		if reason := notText(head[mark:]); reason != "" {
			p.refuse(b, reason)
			return nil
		}
	}
	_, _ = b.Discard(mark)
	text := enc.decode(b)
	if isQuotedJSON(bytes.ReplaceAll(head[mark:], []byte{0}, nil)) {
		if r, was := unquoted(text); was {
			text, enc = r, utf8Text
			p.file.Notes = append(p.file.Notes, "the text is JSON in a string: offsets count in what the string says")
		}
	}
	w := &window{
		r: text, offset: int64(mark), limit: p.in.limits.Record, wide: enc != utf8Text,
		ctx: p.ctx.Err, read: p.progress, pool: p.in.buffers, turn: p.send,
	}
	defer w.close()
	p.window = w
	return p.records(w)
}

func (p *pass) progress(n int) {
	p.in.progress.File = p.file.Name()
	p.in.progress.Bytes += int64(n)
	if !p.entry.nested && p.taken != nil {
		p.in.progress.Taken = p.in.base + p.taken.n.Load()
	}
	if p.in.options.Progress != nil {
		p.in.options.Progress(p.in.progress)
	}
}

// records reads the records of a text.
func (p *pass) records(w *window) error {
	first, ok := w.skipSpace()
	if !ok {
		p.problem(cmp.Or(w.failed(), "is empty"))
		return nil
	}
	if reason := markup(w.bytes()); reason != "" {
		p.problem(reason)
		p.refuseAll(&record{number: 1, offset: w.offset, raw: w.bytes()[:min(rejectRaw, len(w.bytes()))]}, reason)
		return nil
	}
	f := p.frames(w, first)
	if f, ok := f.(interface{ format() string }); ok {
		p.fixed = p.in.recogniser.named(f.format())
	}
	return p.frame(f)
}

// frame reads the records that f cuts.
func (p *pass) frame(f frames) error {
	var r record
	for p.lend(f); f.next(&r); p.lend(f) {
		if err := p.gather(&r); err != nil {
			return err
		}
	}
	if problem := f.problem(); problem != "" {
		p.problem(problem)
	}
	p.file.Notes = append(p.file.Notes, f.notes()...)
	if pages, ok := f.(paged); ok {
		p.file.Continues = pages.continues()
	}
	p.send()
	if err := p.takeOver(0); err != nil {
		return err
	}
	return p.listDuplicates()
}

// A borrower can put the members of the next record into memory that it is lent.
type borrower interface{ borrow(room []member) }

// lend lends frames the memory that their next record will stand in.
func (p *pass) lend(f frames) {
	if b, ok := f.(borrower); ok {
		b.borrow(p.filled().room())
	}
}

// frames tells what a text consists of, by how it begins.
func (p *pass) frames(w *window, first byte) frames {
	if format := logFormat(w.bytes()); format != "" {
		return newLogFrames(w, format)
	}
	switch {
	case first != '{' && first != '[':
		return p.csv(w)
	case isAnswer(w.bytes()):
		return newAnswerFrames(w, p.in.limits.Depth)
	}
	f := newJSONFrames(w, p.in.limits.Depth)
	f.known = p.known()
	return f
}

// known returns a function that tells the records of known logs by their
// members.
func (p *pass) known() func(members []member) bool {
	var d *decoder
	return func(members []member) bool {
		if d == nil {
			d = newDecoder(p)
		}
		d.mapper.bound()
		s := p.in.recogniser.shape(d.mapper.marksOf(&record{members: members}))
		return s != nil && s.refusal == ""
	}
}

// csv reads a text's header. A text whose header is not known is no CSV, as
// far as can be told: each of its lines is a record that is not understood.
func (p *pass) csv(w *window) frames {
	f := newCSVFrames(w)
	var header record
	for _, name := range f.header {
		header.members = append(header.members, member{key: name, value: value{kind: kindText}})
	}
	s := newDecoder(p).shape(&header)
	if s != nil {
		p.headed = s.name
	} else {
		p.problem(strange(&header))
		f.asLines()
	}
	return f
}

// finish fills in what is told of the file when all of it was read.
func (p *pass) finish() error {
	f := &p.file
	if !f.Counts.Balanced() {
		return fmt.Errorf("%d records read are not %d stored, %d duplicate and %d quarantined",
			f.Counts.Read, f.Counts.Stored, f.Counts.Duplicate, f.Counts.Quarantined)
	}
	if len(p.formats) > 0 {
		f.Format = p.formats[0]
	} else if f.Counts.Read == 0 && f.Problem == "" {
		f.Format = p.headed
		f.Notes = append(f.Notes, "holds no record: there was none, or the export is not whole")
	} else if f.Counts.Read > 0 {
		p.problem(p.firstReason())
	}
	for _, name := range slices.Sorted(maps.Keys(p.layouts)) {
		if t := p.layouts[name]; t.count.Rows > 0 {
			f.Tables = append(f.Tables, t.total())
		}
	}
	f.Tenant = p.tenant()
	f.Notes = append(f.Notes, p.remarks()...)
	f.Losses = p.losses()
	return nil
}

func (p *pass) firstReason() string {
	if len(p.rejects) > 0 {
		return "holds no record that is known: " + p.rejects[0].Reason
	}
	return "holds no record that is known"
}

// tenant is the one tenant of the file's rows, or "".
func (p *pass) tenant() string {
	switch {
	case len(p.tenants) == 0:
		return p.facts.tenant
	case len(p.tenants) > 1 || p.homeless > 0 && p.facts.tenant == "":
		return ""
	}
	for tenant := range p.tenants {
		if p.homeless == 0 || tenant == p.facts.tenant {
			return tenant
		}
	}
	return ""
}

// found is what the pass has shown of the file as a whole.
func (p *pass) found() facts {
	now := p.facts
	if c := p.clock; c.ambiguous > 0 {
		if v := c.verdict(); v == dayFirst || v == orderMixed {
			now.order = v
		}
	}
	if p.homeless > 0 && now.tenant == "" && len(p.tenants) == 1 {
		for tenant := range p.tenants {
			now.tenant = tenant
		}
	}
	now.narrow = now.narrow || p.crowded()
	return now
}

// undo forgets what the pass has stored.
func (p *pass) undo() error {
	p.in.progress.Rows -= p.file.Counts.Stored
	return errors.Join(p.in.seen.undo(), p.deposit.undo())
}
