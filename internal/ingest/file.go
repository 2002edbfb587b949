package ingest

import (
	"bufio"
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
}

// read reads a file and hands over its rows, which are not committed yet.
func (in *Ingester) read(ctx context.Context, f evidence.File, e entry) (receipt, error) {
	if f.Problem != "" {
		return receipt{f, nil, in.deposit(ctx)}, nil
	}
	if in.sizes[e.size] {
		if known, ok := in.duplicate(ctx, e); ok {
			return receipt{duplicateOf(f, known), nil, in.deposit(ctx)}, nil
		}
	}
	now := facts{tenant: cmp.Or(pathTenant(e.path+"/"+e.member), in.options.Tenant)}
	for range maxPasses {
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
// other than it was taken to be: the order of dates twice, the tenant once.
const maxPasses = 4

// duplicate tells whether a file with the same bytes is known.
func (in *Ingester) duplicate(ctx context.Context, e entry) (evidence.File, bool) {
	r, err := e.open()
	if err != nil {
		return evidence.File{}, false // reading it says why
	}
	defer func() { _ = r.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, &cancellable{ctx, r}); err != nil {
		return evidence.File{}, false
	}
	known, ok := in.digests[digest(h)]
	return known, ok
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

// A pass is one reading of one file.
type pass struct {
	in      *Ingester
	ctx     context.Context // a pass lives as long as the call that made it
	deposit *deposit
	file    evidence.File
	entry   entry
	facts   facts

	mapper    *mapper
	librarian *librarian
	added     []engine.Identity
	rejects   []evidence.Reject
	rejectRaw int
	formats   []string
	fixed     *shape // of all records, where their frames tell it
	last      *shape // of records with lastMarks
	lastMarks marks
	tenants   map[string]string
	homeless  int64 // rows stored that name no tenant
}

// read reads the file from its first byte to its last.
func (p *pass) read() error {
	p.mapper = newMapper(p.in.limits, p.in.recogniser.marks, p.file.Name(), p.facts.order)
	p.librarian = newLibrarian()
	p.tenants = make(map[string]string)
	r, err := p.entry.open()
	if err != nil {
		p.file.Problem = "cannot be opened: " + err.Error()
		return nil
	}
	defer func() { _ = r.Close() }()
	h := newDigester()
	found := &counter{r: io.TeeReader(r, h)}
	err = p.whole(found)
	p.file.SHA256, p.file.Size = h.sum(), found.n
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
		p.problem("cannot be read to its end: " + err.Error())
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

// text unpacks and decodes the file, and reads its records.
func (p *pass) text(r io.Reader) error {
	b := bufio.NewReaderSize(r, 64<<10)
	levels := 2
	if p.entry.nested {
		levels = 1
	}
	for plain := true; ; levels-- {
		head, _ := b.Peek(4)
		if string(head) == parquetMagic {
			return p.parquet(b, plain)
		}
		if isZip(head) {
			p.refuse(b, "is an archive inside an archive: unpack it first")
			return nil
		}
		if !isGzip(head) {
			break
		}
		if levels == 0 {
			p.refuse(b, "is compressed more than twice: unpack it first")
			return nil
		}
		unpacked, err := p.in.gunzip(b)
		if err != nil {
			p.refuse(b, err.Error())
			return nil
		}
		b, plain = bufio.NewReaderSize(unpacked, 64<<10), false
	}
	return p.decoded(b)
}

// refuse is a file that is no text: one record, quarantined.
func (p *pass) refuse(b *bufio.Reader, reason string) {
	head, _ := b.Peek(64)
	p.problem(reason)
	p.file.Counts.Read++
	p.reject(&record{number: 1, raw: head}, reason)
}

func (p *pass) decoded(b *bufio.Reader) error {
	head, err := b.Peek(8 << 10)
	if len(head) == 0 {
		if err != nil && !errors.Is(err, io.EOF) {
			p.refuse(b, err.Error())
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
	w := &window{
		r: enc.decode(b), offset: int64(mark), limit: p.in.limits.Record, wide: enc != utf8Text,
		ctx: p.ctx.Err, read: p.progress,
	}
	return p.records(w)
}

func (p *pass) progress(n int) {
	p.in.progress.File = p.file.Name()
	p.in.progress.Bytes += int64(n)
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
		p.file.Counts.Read++
		p.reject(&record{number: 1, offset: w.offset, raw: w.bytes()[:min(rejectRaw, len(w.bytes()))]}, reason)
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
	for f.next(&r) {
		if err := p.record(&r); err != nil {
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
	return p.flush()
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
	return newJSONFrames(w, p.in.limits.Depth)
}

// csv reads a text's header. A text whose header is not known is no CSV, as
// far as can be told: each of its lines is a record that is not understood.
func (p *pass) csv(w *window) frames {
	f := newCSVFrames(w)
	var header record
	for _, name := range f.header {
		header.members = append(header.members, member{key: name, value: value{kind: kindText}})
	}
	if s := p.shape(&header); s == nil {
		p.problem("format not recognised: " + strings.TrimPrefix(strange(&header), "format not recognised: "))
		f.asLines()
	}
	return f
}

// record makes a row of one record.
func (p *pass) record(r *record) error {
	p.file.Counts.Read++
	if r.fault != "" {
		p.reject(r, r.fault)
		return nil
	}
	s, reason := p.unwrap(r, p.shape(r))
	switch {
	case reason != "":
		p.reject(r, reason)
		return nil
	case s == nil:
		p.reject(r, strange(r))
		return nil
	case s.refusal != "":
		p.reject(r, s.refusal)
		return nil
	}
	if !slices.Contains(p.formats, s.name) {
		p.formats = append(p.formats, s.name)
	}
	if reason := s.row(p.mapper, r); reason != "" {
		p.reject(r, reason)
		return nil
	}
	p.mapper.keepAround()
	p.mapper.finish(s.timed)
	return p.store(r)
}

// shape returns the shape of a record, or nil.
func (p *pass) shape(r *record) *shape {
	if p.fixed != nil {
		return p.fixed
	}
	k := p.mapper.marksOf(r)
	if p.last == nil || k != p.lastMarks {
		p.last, p.lastMarks = p.in.recogniser.shape(k), k
	}
	if p.last == nil {
		return p.librarian.shape(p.in.recogniser, p.mapper, r)
	}
	return p.last
}

// store adds the row that the mapper has built, unless its like is held.
func (p *pass) store(r *record) error {
	m := p.mapper
	var id engine.Identity
	id, m.hash = m.row.identity(m.hash)
	if m.lesser && p.in.seen.names(id) {
		p.file.Counts.Duplicate++
		m.tally.lesser++
		m.row.batch.DropRow()
		return nil
	}
	isNew, sameID := p.in.seen.add(id)
	if !isNew {
		p.file.Counts.Duplicate++
		m.row.batch.DropRow()
		return nil
	}
	if sameID {
		m.tally.sameID++
	}
	p.added = append(p.added, id)
	p.file.Counts.Stored++
	p.in.progress.Rows++
	b := m.row.batch
	b.EndRow(engine.Origin{File: p.file.Number, Record: r.number, Tenant: p.tenantOf(m.tenant), Identity: id})
	m.row.tally(b.Rows - 1)
	if b.Full() || b.Rows%64 == 0 && m.row.size() > batchBytes {
		return p.append(m.row)
	}
	return nil
}

// tenantOf returns the tenant of a row, or what the file says if it has none.
func (p *pass) tenantOf(b []byte) string {
	if len(b) == 0 {
		p.homeless++
		return p.facts.tenant
	}
	if tenant, ok := p.tenants[string(b)]; ok {
		return tenant
	}
	tenant := string(b)
	p.tenants[tenant] = tenant
	return tenant
}

// append hands over the rows of a table. The next ones go into another batch.
func (p *pass) append(t *rows) error {
	full := t.batch
	t.turn()
	return p.deposit.append(full, t.giveBack)
}

// flush hands over the rows that no full batch took.
func (p *pass) flush() error {
	for _, name := range slices.Sorted(maps.Keys(p.mapper.tables)) {
		if t := p.mapper.tables[name]; t.batch.Rows > 0 {
			if err := p.append(t); err != nil {
				return err
			}
		}
	}
	return nil
}

// reject quarantines a record.
func (p *pass) reject(r *record, reason string) {
	p.file.Counts.Quarantined++
	if p.mapper.row != nil {
		p.mapper.row.batch.DropRow()
	}
	if len(p.rejects) >= p.in.limits.Rejects {
		return
	}
	raw := r.raw
	if raw == nil && len(r.members) > 0 {
		raw = appendRecord(nil, r.members)
	}
	raw = raw[:min(len(raw), rejectRaw)]
	if p.rejectRaw += len(raw); p.rejectRaw > rejectRawTotal {
		raw = nil
	}
	p.rejects = append(p.rejects, evidence.Reject{
		File: p.file.Number, Record: r.number, Offset: r.offset, Reason: reason, Raw: strings.ToValidUTF8(string(raw), replacement),
	})
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
	} else if f.Counts.Read > 0 {
		p.problem(p.firstReason())
	}
	for _, name := range slices.Sorted(maps.Keys(p.mapper.tables)) {
		if t := p.mapper.tables[name]; t.count.Rows > 0 {
			f.Tables = append(f.Tables, t.total())
		}
	}
	f.Tenant = p.tenant()
	f.Notes = append(f.Notes, p.remarks()...)
	f.Notes = append(f.Notes, collectorRemarks(*f)...)
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
	if c := p.mapper.clock; c.ambiguous > 0 {
		if v := c.verdict(); v == dayFirst || v == orderMixed {
			now.order = v
		}
	}
	if p.homeless > 0 && now.tenant == "" && len(p.tenants) == 1 {
		for tenant := range p.tenants {
			now.tenant = tenant
		}
	}
	return now
}

// undo forgets what the pass has stored.
func (p *pass) undo() error {
	for _, id := range p.added {
		p.in.seen.remove(id)
	}
	p.in.progress.Rows -= p.file.Counts.Stored
	return p.deposit.undo()
}
