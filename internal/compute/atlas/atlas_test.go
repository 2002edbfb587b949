package atlas

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
	"testing"
)

// A mmdb writes values as the MMDB format has them.
type mmdb struct{ bytes.Buffer }

func (m *mmdb) head(kind, size int) {
	control := byte(kind << 5)
	if kind > 7 {
		control = 0
	}
	if size >= 29 {
		control |= 29
	} else {
		control |= byte(size)
	}
	m.WriteByte(control)
	if kind > 7 {
		m.WriteByte(byte(kind - 7))
	}
	if size >= 29 {
		m.WriteByte(byte(size - 29))
	}
}

func (m *mmdb) text(s string) {
	m.head(2, len(s))
	m.WriteString(s)
}

func (m *mmdb) number(kind int, n uint64, size int) {
	m.head(kind, size)
	m.Write(binary.BigEndian.AppendUint64(nil, n)[8-size:])
}

func (m *mmdb) real(f float64) {
	m.head(3, 8)
	m.Write(binary.BigEndian.AppendUint64(nil, math.Float64bits(f)))
}

// named writes {"names": {"en": s}}.
func (m *mmdb) named(s string) {
	m.head(7, 1)
	m.text("names")
	m.head(7, 1)
	m.text("en")
	m.text(s)
}

// database returns a database that knows 192.0.2.0/24, and of 198.51.100.0/24
// the country alone.
func database() []byte {
	const nodes = 2 * 24
	var data mmdb
	data.head(7, 4)
	data.text("country")
	data.named("Examplia")
	data.text("subdivisions")
	data.head(11, 1)
	data.named("Upper Province")
	data.text("city")
	data.named("Port \"Contoso\"")
	data.text("location")
	data.head(7, 2)
	data.text("latitude")
	data.real(12.5)
	data.text("longitude")
	data.real(-3)
	second := data.Len()
	data.head(7, 1)
	data.text("country")
	data.named("Fabrikam")

	tree := make([][2]int, nodes)
	for i := range tree {
		tree[i] = [2]int{nodes, nodes} // not known
	}
	next := 1
	insert := func(address uint32, at int) {
		node := 0
		for bit := range 24 {
			side := int(address >> (31 - bit) & 1)
			switch child := tree[node][side]; {
			case bit == 23:
				tree[node][side] = nodes + 16 + at
			case child == nodes:
				tree[node][side], node, next = next, next, next+1
			default:
				node = child
			}
		}
	}
	insert(192<<24|0<<16|2<<8, 0)
	insert(198<<24|51<<16|100<<8, second)

	var out mmdb
	for _, n := range tree {
		for _, record := range n {
			out.Write([]byte{byte(record >> 16), byte(record >> 8), byte(record)})
		}
	}
	out.Write(make([]byte, 16))
	out.Write(data.Bytes())
	out.WriteString("\xab\xcd\xefMaxMind.com")
	out.head(7, 9)
	out.text("node_count")
	out.number(6, nodes, 4)
	out.text("record_size")
	out.number(5, 24, 2)
	out.text("ip_version")
	out.number(5, 4, 2)
	out.text("database_type")
	out.text("Test")
	out.text("languages")
	out.head(11, 1)
	out.text("en")
	out.text("binary_format_major_version")
	out.number(5, 2, 2)
	out.text("binary_format_minor_version")
	out.number(5, 0, 2)
	out.text("build_epoch")
	out.number(9, 1_700_000_000, 8)
	out.text("description")
	out.head(7, 1)
	out.text("en")
	out.text("test")
	return out.Bytes()
}

func TestFind(t *testing.T) {
	d, err := OpenBytes(database())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}()
	const whole = `{"country":"Examplia","state":"Upper Province","city":"Port \"Contoso\"","latitude":12.5,"longitude":-3.0}`
	for _, test := range []struct {
		address, want string
		found         bool
	}{
		{"192.0.2.77", whole, true},
		{" ::ffff:192.0.2.1 ", whole, true},
		{"198.51.100.1", `{"country":"Fabrikam"}`, true},
		{"203.0.113.9", "", false},
		{"192.0.2.0/24", "", false},
		{"not an address", "", false},
		{"", "", false},
	} {
		got, found, err := d.Find(test.address)
		if got != test.want || found != test.found || err != nil {
			t.Errorf("Find(%q) = %s, %v, %v; want %s, %v", test.address, got, found, err, test.want, test.found)
		}
	}
}

func TestOpen(t *testing.T) {
	if _, err := Open("testdata/absent.mmdb"); err == nil || !strings.Contains(err.Error(), "absent.mmdb") {
		t.Errorf("Open = %v; want an error that names the file", err)
	}
	if _, err := OpenBytes([]byte("no database")); err == nil {
		t.Error("OpenBytes accepts what is no database")
	}
}
