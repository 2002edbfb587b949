package chart

import (
	"strings"

	"github.com/conshelf/conshelf/internal/escape"
)

// cells is how many columns of a terminal a text takes.
func cells(s string) int { return escape.Cells(s) }

// cut makes text of the evidence safe for one line of a terminal, and no wider
// than width.
func cut(s string, width int) string { return escape.Cut(escape.Line(s), width, "…") }

// padLeft and padRight fill a text with spaces up to width.
func padLeft(s string, width int) string  { return strings.Repeat(" ", max(0, width-cells(s))) + s }
func padRight(s string, width int) string { return s + strings.Repeat(" ", max(0, width-cells(s))) }
