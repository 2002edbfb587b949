package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/klauspost/compress/zstd"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func write(w io.Writer, b []byte) {
	_, err := w.Write(b)
	must(err)
}

// blanks writes two records and then 130 MiB of nothing.
func blanks(w io.Writer) {
	write(w, signIns(1, 2))
	space := bytes.Repeat([]byte(" "), 1<<20)
	for range 130 {
		write(w, space)
	}
}

// between writes a record between four good ones.
func between(w io.Writer, record string) {
	write(w, signIns(1, 2))
	write(w, []byte(record+"\n"))
	write(w, signIns(3, 2))
}

func zstdWriter(w io.Writer) io.WriteCloser {
	z, err := zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	must(err)
	return z
}

func zipFile(w io.Writer, name string, content func(io.Writer)) {
	z := zip.NewWriter(w)
	m, err := z.Create(name)
	must(err)
	content(m)
	must(z.Close())
}

func tarBomb(w io.Writer) {
	z := gzip.NewWriter(w)
	a := tar.NewWriter(z)
	must(a.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "a.json", Size: 130 << 20}))
	space := bytes.Repeat([]byte(" "), 1<<20)
	for range 130 {
		write(a, space)
	}
	must(a.Close())
	must(z.Close())
}

// russian is an archive in an archive in an archive, and so on.
func russian(depth int) []byte {
	data := signIns(1, 1)
	for range depth {
		var b bytes.Buffer
		inner := data
		zipFile(&b, "in.zip", func(w io.Writer) { write(w, inner) })
		data = b.Bytes()
	}
	return data
}

// climbingZip is a zip archive of such members, but for the device.
func climbingZip(w io.Writer) {
	z := zip.NewWriter(w)
	for _, name := range []string{"../../climbed.json", `..\climbed.json`, "/climbed.json", `C:\climbed.json`, "good.json"} {
		m, err := z.Create(name)
		must(err)
		write(m, signIns(1, 2))
	}
	link := &zip.FileHeader{Name: "link.json"}
	link.SetMode(os.ModeSymlink | 0o777)
	m, err := z.CreateHeader(link)
	must(err)
	write(m, []byte("/etc/passwd"))
	must(z.Close())
}

// heavy is a zip archive of honest members that are together more than they
// seem.
func heavy(w io.Writer) {
	z := zip.NewWriter(w)
	for n := range 4 {
		m, err := z.Create(fmt.Sprintf("%d.json", n))
		must(err)
		write(m, signIns(1+2000*n, 2000))
	}
	must(z.Close())
}

func crowd(w io.Writer) {
	z := zip.NewWriter(w)
	for n := range 100_001 {
		_, err := z.CreateHeader(&zip.FileHeader{Name: fmt.Sprint(n)})
		must(err)
	}
	must(z.Close())
}

func climbing(w io.Writer) {
	a := tar.NewWriter(w)
	good := signIns(1, 2)
	must(a.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "../../../climbed.json", Size: int64(len(good))}))
	write(a, good)
	must(a.WriteHeader(&tar.Header{Typeflag: tar.TypeSymlink, Name: "link.json", Linkname: "/etc/passwd"}))
	must(a.WriteHeader(&tar.Header{Typeflag: tar.TypeBlock, Name: "disk", Devmajor: 8}))
	must(a.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "good.json", Size: int64(len(good))}))
	write(a, good)
	must(a.Close())
}

// hugeClaim is a tar archive whose one member says that it is enormous.
func hugeClaim() []byte {
	var b bytes.Buffer
	a := tar.NewWriter(&b)
	must(a.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "a.json", Size: 1 << 60, Format: tar.FormatGNU}))
	write(a, signIns(1, 2))
	return b.Bytes()
}

func longLine(w io.Writer, size int) {
	write(w, signIns(1, 2))
	write(w, []byte(`{"a":"`))
	piece := bytes.Repeat([]byte("x"), 1<<20)
	for range size >> 20 {
		write(w, piece)
	}
	write(w, []byte("\"}\n"))
	write(w, signIns(3, 2))
}

// sparseLine is a line of so many bytes that takes no room on the disk, between
// four good ones.
func sparseLine(w io.Writer, size int64) {
	f := w.(*os.File)
	write(f, signIns(1, 2))
	write(f, []byte(`{"a":"`+strings.Repeat("x", 20_000)))
	_, err := f.WriteAt(append([]byte("\"}\n"), signIns(3, 2)...), size)
	must(err)
}

// madeUpNames has a member of another name in each record.
func madeUpNames(w io.Writer) {
	write(w, signIns(1, 2))
	for n := range 300_000 {
		write(w, fmt.Appendf(nil, `{"name%d":1}`+"\n", n))
	}
	write(w, signIns(3, 2))
}

func quoteWithoutEnd(w io.Writer, size int) {
	write(w, []byte("RecordType,CreationDate,UserIds,Operations,AuditData\n1,2026-03-04,u,o,\""))
	piece := bytes.Repeat([]byte("x"), 1<<20)
	for range size >> 20 {
		write(w, piece)
	}
}
