package report

import (
	"encoding/json"
	"fmt"
	"io"
)

// JSON writes the document as JSON, indented. It is lossless: what other
// formats make visible or shorten stands here as it was.
func JSON(w io.Writer, d Document) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	if err := e.Encode(d); err != nil {
		return fmt.Errorf("write report as JSON: %w", err)
	}
	return nil
}
