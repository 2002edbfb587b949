package escape

import "strings"

// formulaStarts are the characters that make a spreadsheet read a cell as a
// formula, in both widths, and those that it strips before it looks.
const formulaStarts = "=+-@＝＋－＠\t\r"

// CSV returns s as one cell's text for people who open the file in a
// spreadsheet: an apostrophe stands before what would be read as a formula.
// It changes the text, so a file for machines is written without it. Quoting
// is the business of encoding/csv.
func CSV(s string) string {
	first := strings.TrimLeft(s, " \u00a0\u3000\n\ufeff")
	if first == "" || !strings.ContainsRune(formulaStarts, []rune(first)[0]) {
		return s
	}
	return "'" + s
}
