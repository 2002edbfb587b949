package sigma

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"unicode/utf16"
)

// transform applies a modifier that makes other texts of a text.
func transform(name string, patterns []pattern) ([]pattern, error) {
	var out []pattern
	for _, p := range patterns {
		if name == "windash" {
			out = append(out, p.dashes())
			continue
		}
		text, plain := p.plain()
		if !plain {
			return nil, fmt.Errorf("a text with wildcards cannot be encoded as %s", name)
		}
		for _, t := range encode(name, text) {
			out = append(out, pattern(nil).withText(t))
		}
	}
	return out, nil
}

// encode returns the texts that a text is in an encoding.
func encode(name, text string) []string {
	switch name {
	case "wide", "utf16le":
		return []string{wide(text, binary.LittleEndian)}
	case "utf16be":
		return []string{wide(text, binary.BigEndian)}
	case "utf16":
		return []string{"\xff\xfe" + wide(text, binary.LittleEndian)}
	case "base64":
		return []string{base64.StdEncoding.EncodeToString([]byte(text))}
	case "base64offset":
		return offsets(text)
	}
	panic("sigma: encoding " + name)
}

func wide(text string, order binary.AppendByteOrder) string {
	var out []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		out = order.AppendUint16(out, unit)
	}
	return string(out)
}

// offsets returns what of a text is the same in Base64 wherever it stands in
// what is encoded: at each of three places, without the characters that depend
// on its neighbours.
func offsets(text string) []string {
	start, end := []int{0, 2, 3}, []int{0, -3, -2}
	var out []string
	for i := range 3 {
		padded := append(make([]byte, i), text...)
		encoded := base64.StdEncoding.EncodeToString(padded)
		to := len(encoded) + end[len(padded)%3]
		if start[i] < to {
			out = append(out, encoded[start[i]:to])
		}
	}
	return out
}
