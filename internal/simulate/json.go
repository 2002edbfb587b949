package simulate

import "strconv"

// The writers below append JSON by hand: reflection would take most of the
// time that a million records take.

const hexDigits = "0123456789abcdef"

// appendString appends s as a JSON string.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[from:i]...)
		from = i + 1
		if c == '"' || c == '\\' {
			b = append(b, '\\', c)
		} else {
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	b = append(b, s[from:]...)
	return append(b, '"')
}

// quote returns s as a JSON string.
func quote(s string) string {
	return string(appendString(nil, s))
}

// object appends the members of a JSON object. Its methods return it, so that
// a record reads as one chain.
type object struct {
	b []byte
}

func (o *object) key(name string) *object {
	if last := o.b[len(o.b)-1]; last != '{' && last != '[' {
		o.b = append(o.b, ',')
	}
	o.b = append(o.b, '"')
	o.b = append(o.b, name...)
	o.b = append(o.b, '"', ':')
	return o
}

func (o *object) open() *object {
	o.b = append(o.b, '{')
	return o
}

func (o *object) close() *object {
	o.b = append(o.b, '}')
	return o
}

func (o *object) text(name, value string) *object {
	o.key(name)
	o.b = appendString(o.b, value)
	return o
}

// raw appends value as it is: JSON already.
func (o *object) raw(name, value string) *object {
	o.key(name)
	o.b = append(o.b, value...)
	return o
}

func (o *object) id(name string, g guid) *object {
	o.key(name)
	o.b = append(o.b, '"')
	o.b = g.append(o.b)
	o.b = append(o.b, '"')
	return o
}

func (o *object) number(name string, n int) *object {
	o.key(name)
	o.b = strconv.AppendInt(o.b, int64(n), 10)
	return o
}

func (o *object) truth(name string, v bool) *object {
	o.key(name)
	o.b = strconv.AppendBool(o.b, v)
	return o
}

// fixed appends members that never change, after others.
func (o *object) fixed(members string) {
	o.b = append(o.b, ',')
	o.b = append(o.b, members...)
}

// texts appends a list of strings.
func (o *object) texts(name string, list []string) *object {
	o.key(name)
	o.b = append(o.b, '[')
	for i, s := range list {
		if i > 0 {
			o.b = append(o.b, ',')
		}
		o.b = appendString(o.b, s)
	}
	o.b = append(o.b, ']')
	return o
}

// degrees appends a coordinate that is kept in ten thousandths of a degree.
func (o *object) degrees(name string, n int) *object {
	o.key(name)
	if n < 0 {
		o.b = append(o.b, '-')
		n = -n
	}
	o.b = strconv.AppendInt(o.b, int64(n/10_000), 10)
	o.b = append(o.b, '.')
	o.b = appendDigits(o.b, n%10_000, 4)
	return o
}

func appendDecimal(b []byte, n int) []byte {
	return strconv.AppendInt(b, int64(n), 10)
}
