package ingest

import (
	"bytes"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
)

// An encoding is how a text is written as bytes.
type encoding int

const (
	utf8Text encoding = iota
	utf16Little
	utf16Big
)

const byteOrderMark = "\uFEFF"

// sniffEncoding tells the encoding of a text from its first bytes, and how
// many of them are a byte order mark. Text without a mark is UTF-16 if its
// first character, which must be ASCII, has a zero byte on one side.
func sniffEncoding(head []byte) (encoding, int) {
	switch {
	case bytes.HasPrefix(head, []byte(byteOrderMark)):
		return utf8Text, len(byteOrderMark)
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}):
		return utf16Little, 2
	case bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		return utf16Big, 2
	case len(head) >= 4 && head[0] != 0 && head[1] == 0 && head[2] != 0 && head[3] == 0:
		return utf16Little, 0
	case len(head) >= 4 && head[0] == 0 && head[1] != 0 && head[2] == 0 && head[3] != 0:
		return utf16Big, 0
	}
	return utf8Text, 0
}

// decode returns r's text as UTF-8.
func (e encoding) decode(r io.Reader) io.Reader {
	switch e {
	case utf8Text:
		return r
	case utf16Little:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder().Reader(r)
	case utf16Big:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder().Reader(r)
	}
	panic("ingest: unknown encoding")
}

// notText says why the beginning of a file is not text, or is "".
func notText(head []byte) string {
	for _, known := range []struct{ magic, name string }{
		{"PAR1", "a Parquet file: export it as JSON or CSV"},
		{"%PDF", "a PDF document"},
		{"SQLite format 3", "an SQLite database"},
		{"7z\xBC\xAF\x27\x1C", "a 7-Zip archive: unpack it first"},
		{"Rar!", "a RAR archive: unpack it first"},
		{"BZh", "compressed with bzip2: unpack it first"},
		{"\xFD7zXZ\x00", "compressed with xz: unpack it first"},
		{"Obj\x01", "an Avro file, as the capture of Event Hubs writes: write its messages as JSON"},
		{"ElfFile\x00", "a Windows event log"},
		{"\xD0\xCF\x11\xE0", "an Office document: save it as CSV"},
	} {
		if bytes.HasPrefix(head, []byte(known.magic)) {
			return "is " + known.name
		}
	}
	if start := bytes.TrimLeft(head, " \t\r\n"); len(start) > 0 && (start[0] == '{' || start[0] == '[') {
		return "" // a zero byte costs the record that it is in
	}
	if bytes.IndexByte(head, 0) >= 0 && !beginsAsText(head) {
		return "is not text"
	}
	return ""
}

// beginsAsText tells whether the first line is text: what follows it may have
// been cut, or never written, and is zero bytes.
func beginsAsText(head []byte) bool {
	line, _, ok := bytes.Cut(head, []byte("\n"))
	return ok && len(line) > 1 && utf8.Valid(line) && bytes.IndexFunc(line, func(r rune) bool { return r < ' ' && r != '\t' && r != '\r' }) < 0
}

// markup says why a text is not read whose beginning is markup, or is "".
func markup(text []byte) string {
	switch {
	case bytes.HasPrefix(text, []byte("<Objs ")):
		return "is what PowerShell's Export-Clixml writes: name the CSV or JSON that the collector wrote of the same objects"
	case bytes.HasPrefix(text, []byte("<?xml")), bytes.HasPrefix(text, []byte("<!DOCTYPE")), bytes.HasPrefix(text, []byte("<html")):
		return "is XML or a web page: export the log as CSV or JSON"
	}
	return ""
}
