package doctree

import (
	"math/rand/v2"
	"strconv"
	"testing"
)

// TestWrittenIsRead writes trees made up at random and reads them again.
func TestWrittenIsRead(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 4000 {
		n := NewMap()
		for i := range 1 + r.IntN(4) {
			n.Add(strconv.Itoa(i)+text(r), tree(r, 3))
		}
		docs, err := YAML(n.YAML())
		if err != nil || len(docs) != 1 || !Equal(docs[0], n) {
			t.Fatalf("%v\n%s\n%s", err, print(n), n.YAML())
		}
		back, err := JSON(n.JSON())
		if err != nil || !Equal(back, n) {
			t.Fatalf("%v\n%s\n%s", err, print(n), n.JSON())
		}
	}
}

func text(r *rand.Rand) string {
	parts := []string{"a", "B c", " ", "\n", "\n\n", "  ", "\t", ":", "#", "'", "\"", "\\", "-", "|", "é", "\u2028", "\x01", "1", "true", "[", "{{x}}", "%", "\u007f", "\U0001F600", "\r\n", "\u0085", "~", "| where x == 1\n"}
	s := ""
	for range r.IntN(5) {
		s += parts[r.IntN(len(parts))]
	}
	return s
}

func tree(r *rand.Rand, depth int) *Node {
	switch r.IntN(8) {
	case 0:
		return &Node{}
	case 1:
		return &Node{Kind: Number, Text: strconv.Itoa(r.IntN(100))}
	case 2:
		return NewBool(r.IntN(2) == 0)
	case 3:
		n := NewList()
		for range r.IntN(3) * depth {
			n.Items = append(n.Items, tree(r, depth-1))
		}
		return n
	case 4:
		n := NewMap()
		for i := range r.IntN(3) * depth {
			n.Add(strconv.Itoa(i)+text(r), tree(r, depth-1))
		}
		return n
	}
	return NewText(text(r))
}
