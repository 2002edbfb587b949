package duckdb

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"encoding/hex"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// codingFunctions are those between a text and a coded form of it, and those
// that take a text apart.
func codingFunctions() []function {
	return []function{
		{name: "kql_base64_encode", signature: "s:s", eval: func(r *row, out *result) {
			out.text(base64.StdEncoding.EncodeToString([]byte(r.text(0))))
		}},
		{name: "kql_base64_decode", signature: "s:s", eval: func(r *row, out *result) {
			b, ok := decodeBase64(r.text(0))
			if ok && utf8.Valid(b) {
				out.text(string(b))
				return
			}
			out.text("")
		}},
		{name: "kql_base64_decode_array", signature: "s:s", eval: func(r *row, out *result) {
			b, ok := decodeBase64(r.text(0))
			if !ok {
				return
			}
			list := make([]string, len(b))
			for i, c := range b {
				list[i] = strconv.Itoa(int(c))
			}
			out.text(joinArray(list))
		}},
		{name: "kql_url_encode", signature: "s:s", eval: func(r *row, out *result) { out.text(urlEncode(r.text(0), "+")) }},
		{name: "kql_url_encode_component", signature: "s:s", eval: func(r *row, out *result) {
			out.text(urlEncode(r.text(0), "%20"))
		}},
		{name: "kql_url_decode", signature: "s:s", eval: func(r *row, out *result) { out.text(urlDecode(r.text(0))) }},
		{name: "kql_md5", signature: "s:s", eval: func(r *row, out *result) {
			sum := md5.Sum([]byte(r.text(0)))
			out.text(hex.EncodeToString(sum[:]))
		}},
		{name: "kql_sha1", signature: "s:s", eval: func(r *row, out *result) {
			sum := sha1.Sum([]byte(r.text(0)))
			out.text(hex.EncodeToString(sum[:]))
		}},
		{name: "kql_sha256", signature: "s:s", eval: func(r *row, out *result) {
			sum := sha256.Sum256([]byte(r.text(0)))
			out.text(hex.EncodeToString(sum[:]))
		}},
		{name: "kql_parse_url", signature: "s:s", eval: func(r *row, out *result) { out.text(parseURL(r.text(0))) }},
		{name: "kql_parse_urlquery", signature: "s:s", eval: func(r *row, out *result) {
			out.text(joinBag([]property{{`"Query Parameters"`, queryParameters(strings.TrimPrefix(r.text(0), "?"))}}))
		}},
		{name: "kql_parse_path", signature: "s:s", eval: func(r *row, out *result) { out.text(parsePath(r.text(0))) }},
		{name: "kql_parse_csv", signature: "s:s", eval: func(r *row, out *result) {
			out.text(joinArray(parseCSV(r.text(0))))
		}},
		{name: "kql_parse_command_line", signature: "s:s", eval: func(r *row, out *result) {
			out.text(joinArray(commandLine(r.text(0))))
		}},
	}
}

// decodeBase64 decodes base64, padded: Kusto takes no other.
func decodeBase64(s string) ([]byte, bool) {
	b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(s))
	return b, err == nil
}

// urlEncode escapes all but letters, digits and a few signs, as .NET does.
func urlEncode(s, space string) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c == ' ':
			b.WriteString(space)
		case c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || strings.IndexByte("-_.!*()", c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteString("%" + hex.EncodeToString([]byte{c}))
		}
	}
	return b.String()
}

// urlDecode decodes what is escaped and leaves a malformed escape as it is; a
// plus is a space.
func urlDecode(s string) string {
	var b []byte
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+':
			b = append(b, ' ')
		case s[i] == '%' && i+2 < len(s):
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b = append(b, byte(n))
				i += 2
				continue
			}
			b = append(b, '%')
		default:
			b = append(b, s[i])
		}
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}

// parseURL takes a URL apart; a part that is missing is ”.
func parseURL(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		u = &url.URL{}
	}
	password, _ := u.User.Password()
	path := u.EscapedPath()
	if u.Opaque != "" {
		path = u.Opaque
	}
	return joinBag([]property{
		{`"Scheme"`, quoted(u.Scheme)},
		{`"Host"`, quoted(u.Hostname())},
		{`"Port"`, quoted(u.Port())},
		{`"Path"`, quoted(path)},
		{`"Username"`, quoted(u.User.Username())},
		{`"Password"`, quoted(password)},
		{`"Query Parameters"`, queryParameters(u.RawQuery)},
		{`"Fragment"`, quoted(u.EscapedFragment())},
	})
}

func queryParameters(query string) string {
	var list []property
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		key, value, _ := strings.Cut(pair, "=")
		list = append(list, property{quoted(urlDecode(key)), quoted(urlDecode(value))})
	}
	return joinBag(list)
}

// parsePath takes a file's path or URL apart.
func parsePath(s string) string {
	scheme, rest := "", s
	if before, after, ok := strings.Cut(s, "://"); ok {
		scheme, rest = before, after
	}
	stream := ""
	root := ""
	if len(rest) >= 3 && rest[1] == ':' && strings.IndexByte(`\/`, rest[2]) >= 0 {
		root = rest[:3]
		if i := strings.LastIndexByte(rest, ':'); i > 1 {
			rest, stream = rest[:i], rest[i+1:]
		}
	}
	at := strings.LastIndexAny(rest, `\/`)
	directory, file := "", rest
	if at >= 0 {
		directory, file = rest[:at], rest[at+1:]
	}
	extension := ""
	if i := strings.LastIndexByte(file, '.'); i >= 0 {
		extension = file[i+1:]
	}
	name := directory[strings.LastIndexAny(directory, `\/`)+1:]
	return joinBag([]property{
		{`"Scheme"`, quoted(scheme)},
		{`"RootPath"`, quoted(root)},
		{`"DirectoryPath"`, quoted(directory)},
		{`"DirectoryName"`, quoted(name)},
		{`"Filename"`, quoted(file)},
		{`"Extension"`, quoted(extension)},
		{`"AlternateDataStreamName"`, quoted(stream)},
	})
}

// parseCSV reads the fields of the first record; a text that is no CSV is one
// field.
func parseCSV(s string) []string {
	reader := csv.NewReader(strings.NewReader(s))
	reader.LazyQuotes = true
	fields, err := reader.Read()
	if err != nil {
		return []string{quoted(s)}
	}
	for i, f := range fields {
		fields[i] = quoted(f)
	}
	return fields
}

// commandLine splits arguments as Windows does: white space separates, quotes
// join, and backslashes before a quote escape.
func commandLine(s string) []string {
	list := []string{}
	var b strings.Builder
	in, open := false, false
	end := func() {
		if in {
			list = append(list, quoted(b.String()))
		}
		b.Reset()
		in = false
	}
	for i := 0; i < len(s); {
		slashes := len(s[i:]) - len(strings.TrimLeft(s[i:], `\`))
		i += slashes
		if i < len(s) && s[i] == '"' {
			b.WriteString(strings.Repeat(`\`, slashes/2))
			in = true
			if slashes%2 == 1 {
				b.WriteByte('"')
			} else {
				open = !open
			}
			i++
			continue
		}
		b.WriteString(strings.Repeat(`\`, slashes))
		in = in || slashes > 0
		if i == len(s) {
			break
		}
		if (s[i] == ' ' || s[i] == '\t') && !open {
			end()
		} else {
			in = true
			b.WriteByte(s[i])
		}
		i++
	}
	end()
	return list
}
