package cli

import (
	"bufio"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html"
	"io"

	"github.com/conshelf/conshelf/internal/escape"
	"github.com/conshelf/conshelf/kql/types"
)

//go:embed output.css
var pageStyle string

// An htmlPage is one file that needs nothing else: no script, no font, no
// network. Its policy allows its own style and nothing more.
type htmlPage struct{ w *bufio.Writer }

func newHTMLPage(w io.Writer, title string) (*htmlPage, error) {
	sum := sha256.Sum256([]byte(pageStyle))
	policy := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
	p := &htmlPage{bufio.NewWriterSize(w, 64<<10)}
	return p, p.print("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"" + policy +
		"\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>" + text(title) +
		"</title>\n<style>" + pageStyle + "</style>\n</head>\n<body>\n<h1>" + text(title) + "</h1>\n")
}

// text makes text that an attacker may have chosen safe between tags and in
// quoted attributes.
func text(s string) string { return html.EscapeString(escape.Terminal(s)) }

func (p *htmlPage) print(s string) error {
	_, err := p.w.WriteString(s)
	return err
}

// query prints the query that the results are of.
func (p *htmlPage) query(kql string) error {
	return p.print("<pre class=\"query\">" + text(kql) + "</pre>\n")
}

// figure prints a picture; svg is markup.
func (p *htmlPage) figure(svg string) error { return p.print("<figure>" + svg + "</figure>\n") }

func (p *htmlPage) note(s string) error { return p.print("<p class=\"note\">" + text(s) + "</p>\n") }

func (p *htmlPage) end() error {
	if err := p.print("</body>\n</html>\n"); err != nil {
		return err
	}
	return p.w.Flush()
}

// An htmlTable prints the rows of one result into a page.
type htmlTable struct {
	p    *htmlPage
	cols []types.Column
	rows int
}

func (p *htmlPage) table(cols []types.Column) (*htmlTable, error) {
	t := &htmlTable{p: p, cols: cols}
	if err := p.print("<article>\n<section>\n<table>\n<thead><tr>"); err != nil {
		return nil, err
	}
	for _, c := range cols {
		if err := p.print("<th scope=\"col\" title=\"" + c.Type.String() + "\">" + text(c.Name) + "</th>"); err != nil {
			return nil, err
		}
	}
	return t, p.print("</tr></thead>\n<tbody>\n")
}

func (t *htmlTable) row(values []types.Value) error {
	t.rows++
	if err := t.p.print("<tr>"); err != nil {
		return err
	}
	for i, v := range values {
		tag := "<td>"
		if t.cols[i].Type.Numeric() {
			tag = "<td class=\"n\">"
		}
		if err := t.p.print(tag + text(v.String()) + "</td>"); err != nil {
			return err
		}
	}
	return t.p.print("</tr>\n")
}

// close ends the table; the page goes on.
func (t *htmlTable) close() error {
	return t.p.print(fmt.Sprintf("</tbody>\n</table>\n<p class=\"count\">%s</p>\n</section>\n", plural(t.rows, "row")))
}

func (t *htmlTable) abort() error {
	if err := t.p.print("</tbody>\n</table>\n</section>\n"); err != nil {
		return err
	}
	return firstError(t.p.note(fmt.Sprintf("incomplete: the query was stopped after %s", plural(t.rows, "row"))), t.p.w.Flush())
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// endResult ends what table began, with the pictures and notes since.
func (p *htmlPage) endResult() error { return p.print("</article>\n") }

// A pageWriter is a page with one table.
type pageWriter struct{ *htmlTable }

func newPageWriter(w io.Writer, cols []types.Column) (pageWriter, error) {
	p, err := newHTMLPage(w, "conshelf")
	if err != nil {
		return pageWriter{}, err
	}
	t, err := p.table(cols)
	return pageWriter{t}, err
}

func (p pageWriter) close() error { return firstError(p.htmlTable.close(), p.p.endResult(), p.p.end()) }
