package cli

import "testing"

// A command without the flag loads as one with its default does.
func TestUnpackedWithoutAFlag(t *testing.T) {
	o, err := new(app).options(loadFlags{})
	if err != nil {
		t.Fatal(err)
	}
	if want := int64(20 << 30); o.Unpacked != want {
		t.Errorf("a packed file may unpack to %d bytes, want %d", o.Unpacked, want)
	}
}
