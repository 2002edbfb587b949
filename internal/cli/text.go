package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/conshelf/conshelf/kql/diag"
	"github.com/conshelf/conshelf/kql/sqlgen"
)

// printText prints lines that may hold strings of the evidence.
func printText(w io.Writer, text string) {
	for line := range strings.Lines(text) {
		printLine(w, strings.TrimSuffix(line, "\n"))
	}
}

// explain turns an engine's refusal into a diagnostic with its place.
func explain(name, text string, err error) error {
	var refused *sqlgen.UnsupportedError
	if !errors.As(err, &refused) {
		return err
	}
	d := diag.Diagnostic{
		Span: refused.Span, Code: diag.Unsupported, Hint: refused.Hint,
		Message: fmt.Sprintf("%s is not supported: %s", refused.Construct, refused.Reason),
	}
	return errors.New(strings.TrimSuffix(d.Format(name, text), "\n"))
}
