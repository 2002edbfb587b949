package ingest

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
)

func zstdPacked(t *testing.T, data string) string {
	t.Helper()
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(z.EncodeAll([]byte(data), nil))
}

// A tarMember is a header and what follows it.
type tarMember struct {
	tar.Header
	data string
}

func regular(name, data string) tarMember {
	return tarMember{tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o600, Size: int64(len(data))}, data}
}

func tarred(t *testing.T, members ...tarMember) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, m := range members {
		if err := w.WriteHeader(&m.Header); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, m.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// outcome is what is told of each file, as name: stored of read, problem.
func (g told) outcome(dir string) []string {
	var list []string
	for _, f := range g.files {
		list = append(list, fmt.Sprintf("%s: %d of %d, %s", strings.TrimPrefix(f.Name(), dir+"/"), f.Counts.Stored, f.Counts.Read, f.Problem))
	}
	return list
}

// A member that is no file, or would be written elsewhere if it were unpacked,
// is told in a line, and the others are read. Nothing is unpacked to a disk.
func TestMembersOfATar(t *testing.T) {
	link := tarMember{tar.Header{Typeflag: tar.TypeSymlink, Name: "link.json", Linkname: "/etc/passwd"}, ""}
	device := tarMember{tar.Header{Typeflag: tar.TypeChar, Name: "null", Devmajor: 1, Devminor: 3}, ""}
	directory := tarMember{tar.Header{Typeflag: tar.TypeDir, Name: "logs/"}, ""}
	archive := tarred(t, directory, regular("logs/a.json", riskLines("r1", "r2")), link, device, regular("../../out.json", riskLines("r3")),
		regular("/etc/abs.json", riskLines("r4")), regular("logs/b.json", riskLines("r1", "r5")))
	want := func(name string) []string {
		return []string{
			name + "!logs/a.json: 2 of 2, ",
			name + "!link.json: 0 of 0, is a link or a device inside an archive",
			name + "!null: 0 of 0, is a link or a device inside an archive",
			name + "!../../out.json: 0 of 0, has a name that leads out of the archive: unpack it where it does no harm, and name the directory",
			name + "!/etc/abs.json: 0 of 0, has a name that leads out of the archive: unpack it where it does no harm, and name the directory",
			name + "!logs/b.json: 1 of 2, ",
		}
	}
	for name, data := range map[string]string{"a.tar": archive, "a.tar.gz": string(gzipped(t, []byte(archive))), "a.tar.zst": zstdPacked(t, archive)} {
		dir := write(t, map[string]string{name: data})
		if diff := cmp.Diff(want(name), ingestInto(t, &memory{}, Options{}, nil, dir).outcome(dir)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// Members that are too large to keep are read from the stream, in any order and
// more than once: the dates of each decide how it is read.
func TestLargeMembersOfAPackedTar(t *testing.T) {
	line := `{"id":"%s%d","riskEventType":"x","riskState":"atRisk","detectedDateTime":"%d/3/2026 5:06:07 AM","pad":"` + strings.Repeat("x", 2000) + "\"}\n"
	member := func(id string, lastDay int) string {
		var b strings.Builder
		for n := range 2500 {
			fmt.Fprintf(&b, line, id, n, n%12+1)
		}
		fmt.Fprintf(&b, line, id, 9999, lastDay)
		return b.String()
	}
	dir := write(t, map[string]string{"a.tgz": string(gzipped(t, []byte(tarred(t,
		regular("a", member("a", 13)), regular("b", member("b", 12)), regular("c", member("c", 31))))))})
	got := ingestInto(t, &memory{}, Options{}, nil, dir)
	if diff := cmp.Diff([]string{"a.tgz!a: 2501 of 2501, ", "a.tgz!b: 2501 of 2501, ", "a.tgz!c: 2501 of 2501, "}, got.outcome(dir)); diff != "" {
		t.Error(diff)
	}
	for i, want := range []string{"day/month/year", "month/day/year", "day/month/year"} {
		if notes := strings.Join(got.files[i].Notes, ";"); !strings.Contains(notes, want) {
			t.Errorf("member %d: notes %q, want %q", i, notes, want)
		}
	}
}

// An archive that was cut gives what is in it, and says so.
func TestACutTar(t *testing.T) {
	archive := tarred(t, regular("a.json", riskLines("r1")), regular("b.json", riskLines("r2")+strings.Repeat(" ", 5000)))
	for name, data := range map[string]string{"a.tar": archive[:2048+4000], "a.tgz": string(gzipped(t, []byte(archive)))[:190]} {
		dir := write(t, map[string]string{name: data})
		got := ingestInto(t, &memory{}, Options{}, nil, dir)
		last := got.files[len(got.files)-1]
		if len(got.files) < 1 || last.Member != "" || !strings.Contains(last.Problem, "a tar archive that cannot be read to its end") {
			t.Errorf("%s: %q", name, got.outcome(dir))
		}
	}
}

// What a container unpacks to is counted once, however often it is read.
func TestTheQuotaCountsOnce(t *testing.T) {
	text := strings.Replace(many(0, 3000), "2026-03-04T05:06:07Z", "13/3/2026 5:06:07 AM", 1)
	text = strings.ReplaceAll(text, "2026-03-04T05:06:07Z", "1/3/2026 5:06:07 AM")
	dir := write(t, map[string]string{"a.zip": zipped(t, map[string]string{"a.json": text})})
	got := ingestInto(t, &memory{}, Options{Limits: Limits{Unpacked: int64(len(text)) + 10}}, nil, dir)
	if got.files[0].Problem != "" || got.files[0].Counts.Stored != 3000 {
		t.Errorf("%q", got.outcome(dir))
	}
}

// A tar archive that holds tar archives, and so on.
func TestArchivesNestedTooDeep(t *testing.T) {
	data := riskLines("r1")
	for range 4 {
		data = tarred(t, regular("in.tar", data))
	}
	dir := write(t, map[string]string{"a.tar": data})
	want := []string{"a.tar!in.tar!in.tar: 0 of 0, is an archive inside an archive inside an archive: unpack it first"}
	if diff := cmp.Diff(want, ingestInto(t, &memory{}, Options{}, nil, dir).outcome(dir)); diff != "" {
		t.Error(diff)
	}
}

// A file that somebody writes to is read as long as it was when it was found,
// and that there is more is told.
func TestAFileThatGrows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.json")
	if err := os.WriteFile(path, []byte(many(0, 30_000)), 0o600); err != nil {
		t.Fatal(err)
	}
	grown := false
	o := Options{Progress: func(Progress) {
		if grown {
			return
		}
		grown = true
		f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		if err == nil {
			_, err = f.WriteString(many(50_000, 10))
		}
		if err != nil {
			t.Error(err)
		}
		_ = f.Close()
	}}
	got := ingestInto(t, &memory{}, o, nil, path)
	f := got.files[0]
	if f.Counts.Stored != 30_000 || !strings.Contains(f.Problem, "grew while it was read, at byte") || f.Size != int64(len(many(0, 30_000))) {
		t.Errorf("%+v", f)
	}
}

// What unpacks ahead of the reader passes errors on, and ends when it is told.
func TestAhead(t *testing.T) {
	text := many(0, 20_000)
	a := newAhead(strings.NewReader(text))
	got, err := io.ReadAll(a)
	if err != nil || string(got) != text || a.Close() != nil {
		t.Errorf("%d bytes of %d, %v", len(got), len(text), err)
	}
	failing := newAhead(io.MultiReader(strings.NewReader("abc"), failure{}))
	got, err = io.ReadAll(failing)
	if string(got) != "abc" || err == nil || err.Error() != io.ErrUnexpectedEOF.Error() || failing.Close() != nil {
		t.Errorf("%q, %v", got, err)
	}
	early := newAhead(strings.NewReader(text))
	if _, err := io.ReadFull(early, make([]byte, 10)); err != nil || early.Close() != nil {
		t.Error(err)
	}
}

// failure is a stream that was cut.
type failure struct{}

func (failure) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// sparse is a tar archive of a sparse file, all hole, that claims so many
// terabytes, and of another file.
func sparse(t *testing.T, name string, terabytes byte) string {
	t.Helper()
	archive := []byte(tarred(t, regular(name, ""), regular("a.json", riskLines("r1"))))
	header := archive[:headSize]
	header[156] = tar.TypeGNUSparse
	copy(header[257:], "ustar  \x00")
	for _, at := range []int{386, 483} { // where the data goes on, after the hole; the size
		clear(header[at : at+12])
		header[at], header[at+6] = 0x80, terabytes
	}
	copy(header[148:], "        ")
	sum := 0
	for _, c := range header {
		sum += int(c)
	}
	copy(header[148:], fmt.Sprintf("%06o\x00 ", sum))
	return string(archive)
}

// The holes of a sparse file are not read: they may be of any size.
func TestASparseMember(t *testing.T) {
	dir := write(t, map[string]string{
		"a.tgz": string(gzipped(t, []byte(sparse(t, "hole.json", 100)))),
		"b.tgz": string(gzipped(t, []byte(sparse(t, "../hole.json", 100)))),
	})
	var got told
	done := make(chan struct{})
	go func() {
		defer close(done)
		got = ingestInto(t, &memory{}, Options{}, nil, dir)
	}()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("it is still read")
	}
	want := []string{
		"a.tgz!hole.json: 0 of 0, is a sparse file inside an archive: unpack it first", "a.tgz!a.json: 1 of 1, ",
		"b.tgz!../hole.json: 0 of 0, has a name that leads out of the archive: unpack it where it does no harm, and name the directory", "b.tgz!a.json: 0 of 1, ", // the record of the other
	}
	if diff := cmp.Diff(want, got.outcome(dir)); diff != "" {
		t.Error(diff)
	}
}
