package sqlgen

import (
	"fmt"

	"github.com/conshelf/conshelf/kql/diag"
)

// maxDepth is how many common table expressions may stand on one another. The
// database looks through them by recursion, on a stack that is not ours: past a
// few thousand it would not refuse but end the process.
const maxDepth = 1_000

// depth returns how deep a common table expression stands: one more than the
// deepest that it reads.
func (g *generator) depth(body string) int {
	deepest := 0
	for i := 0; i < len(body); {
		switch c := body[i]; {
		case c == '\'' || c == '"':
			i = quoteEnd(body, i)
		case word(c):
			end := i
			for end < len(body) && word(body[end]) {
				end++
			}
			if n, ok := g.numberOf(body[i:end]); ok {
				deepest = max(deepest, g.depths[n])
			}
			i = end
		default:
			i++
		}
	}
	if deepest >= maxDepth {
		g.refuse("the query", fmt.Sprintf("more than %d of its steps stand on one another", maxDepth), "", diag.Span{})
	}
	return deepest + 1
}

func word(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// quoteEnd returns where what is quoted at i ends.
func quoteEnd(s string, i int) int {
	quote := s[i]
	for i++; i < len(s); i++ {
		if s[i] == quote {
			return i + 1 // a doubled quote opens again at once
		}
	}
	return i
}

// numberOf returns the place of the common table expression that a word names.
func (g *generator) numberOf(word string) (int, bool) {
	if word[0] != 'r' || len(word) == 1 || len(word) > 8 {
		return 0, false
	}
	n := 0
	for _, c := range []byte(word[1:]) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n - 1, n >= 1 && n <= len(g.depths)
}
