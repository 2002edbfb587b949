package enginetest

import (
	"fmt"
	"path"
	"strings"
	"testing"
)

// trapsDir holds a document for each place where KQL is not SQL. A document
// has the number of its trap.
const trapsDir = "testdata/traps"

// traps is how many there are.
const traps = 60

// runTrapNumbers checks that each trap has its document, and only one. What
// the documents say, runCases runs.
func runTrapNumbers(t *testing.T) {
	documented := map[string]int{}
	for _, name := range documents(t, trapsDir) {
		number, _, _ := strings.Cut(path.Base(name), "-")
		documented[number]++
	}
	for n := 1; n <= traps; n++ {
		if number := fmt.Sprintf("%02d", n); documented[number] != 1 {
			t.Errorf("trap %s has %d documents", number, documented[number])
		}
	}
	if len(documented) != traps {
		t.Errorf("%d numbers have documents, want %d", len(documented), traps)
	}
}
