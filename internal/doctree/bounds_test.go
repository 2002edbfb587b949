package doctree

import (
	"errors"
	"strings"
	"testing"
)

// What nests without end is refused, and does not take as long as it is deep.
func TestDeepTextsAreRefused(t *testing.T) {
	for name, text := range map[string]string{
		"brackets": strings.Repeat("[", 300_000), "braces": strings.Repeat("{a: ", 100_000), "dashes": "a:\n  " + strings.Repeat("- ", 200_000) + "x",
		"documents": strings.Repeat("---\na\n", 100_000),
	} {
		var wrong *SyntaxError
		if _, err := YAML(text); !errors.As(err, &wrong) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if docs, err := YAML("query: |\n  x " + strings.Repeat("[", 900) + strings.Repeat(" - -", 40) + "\n"); err != nil || len(docs) != 1 {
		t.Errorf("a text of brackets: %v", err)
	}
}
