package rule

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/conshelf/conshelf/internal/doctree"
	"github.com/conshelf/conshelf/internal/sigma"
	"github.com/conshelf/conshelf/kql/diag"
)

// maxFile bounds the size of a file of rules, maxTemplate that of a JSON
// template, which may hold all the rules of a product.
const (
	maxFile     = 1 << 20
	maxTemplate = 16 << 20
)

// Load reads the rules of fsys, in the order of their paths: each .yaml and
// .yml file holds a rule of Sentinel or Defender, a hunting query, or Sigma
// documents, each .json file an ARM template or Defender's custom detections.
// A rule with errors is left out; what is wrong with a file, warnings too, is
// in its Problem.
func Load(fsys fs.FS) ([]*Rule, []Problem) {
	paths, unread := find(fsys)
	var files []*file
	for _, name := range paths {
		files = append(files, readFile(fsys, name))
	}
	compileSigma(files)
	var rules []*Rule
	var problems []Problem
	ids := make(map[string]string)
	for _, f := range files {
		rules = append(rules, f.loaded(ids)...)
		problems = append(problems, f.problems()...)
	}
	return rules, append(problems, unread...)
}

// A file is a file of rules, and what is wrong with it.
type file struct {
	path, text string
	list       diag.List
	drafts     []draft
	sigma      []*doctree.Node
	wrong      []Problem // with its rules
}

// A draft is a rule, and what is wrong with it.
type draft struct {
	rule *Rule
	list diag.List
}

// add adds a rule and what is wrong with it.
func (f *file) add(rule *Rule, list diag.List) {
	rule.Path, rule.text = f.path, f.text
	f.drafts = append(f.drafts, draft{rule, list})
}

// loaded returns the file's rules that have no errors. Ids holds the path of
// each id met so far.
func (f *file) loaded(ids map[string]string) []*Rule {
	var rules []*Rule
	for _, d := range f.drafts {
		if first, taken := ids[d.rule.ID]; taken && d.rule.ID != "" {
			d.list.Errorf(d.rule.idAt, diag.BadRule, "id %s is already that of %s", d.rule.ID, first)
		} else {
			ids[d.rule.ID] = f.path
		}
		if !d.list.HasErrors() {
			rules = append(rules, d.rule)
		}
		if d.list.Sort(); len(d.list) > 0 {
			f.wrong = append(f.wrong, Problem{f.path, d.rule.Name, f.text, d.list})
		}
	}
	return rules
}

// problems returns what is wrong with the file, and with each of its rules.
func (f *file) problems() []Problem {
	if f.list.Sort(); len(f.list) > 0 {
		return append([]Problem{{f.path, "", f.text, f.list}}, f.wrong...)
	}
	return f.wrong
}

// find returns the paths of the files that may hold rules, and the directories
// that could not be read.
func find(fsys fs.FS) (paths []string, unread []Problem) {
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			unread = append(unread, fileProblem(name, err))
			return nil
		}
		switch path.Ext(name) {
		case ".yaml", ".yml", ".json":
			if !entry.IsDir() {
				paths = append(paths, name)
			}
		}
		return nil
	})
	if err != nil {
		panic(err) // the function above returns none
	}
	return paths, unread
}

func fileProblem(name string, err error) Problem {
	var list diag.List
	list.Errorf(diag.Span{}, diag.BadRule, "%v", err)
	return Problem{Path: name, Diagnostics: list}
}

// readFile reads what rules a file holds.
func readFile(fsys fs.FS, name string) *file {
	f := &file{path: name}
	text, err := textOf(fsys, name)
	if err != nil {
		f.list.Errorf(diag.Span{}, diag.BadRule, "%v", err)
		return f
	}
	f.text = text
	if path.Ext(name) == ".json" {
		f.readJSON()
	} else {
		f.readYAML()
	}
	return f
}

// textOf returns the text of a file, its lines ended by line feeds alone.
func textOf(fsys fs.FS, name string) (string, error) {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return "", err
	}
	most := maxFile
	if path.Ext(name) == ".json" {
		most = maxTemplate
	}
	if len(data) > most {
		return "", fmt.Errorf("a file of rules has at most %d bytes, this one has %d", most, len(data))
	}
	if !utf8.Valid(data) {
		return "", errors.New("the file is not UTF-8")
	}
	return strings.ReplaceAll(strings.TrimPrefix(string(data), "\ufeff"), "\r\n", "\n"), nil
}

// malformed says why the file is no document at all.
func (f *file) malformed(err error) {
	var wrong *doctree.SyntaxError
	if !errors.As(err, &wrong) {
		panic(err) // doctree returns no other
	}
	f.list.Errorf(wrong.At, diag.BadRule, "%s", wrong.Message)
}

func (f *file) readYAML() {
	docs, err := doctree.YAML(f.text)
	switch {
	case err != nil:
		f.malformed(err)
	case len(docs) == 0:
		f.list.Errorf(diag.Span{}, diag.BadRule, "the file is empty: it holds no rule")
	}
	for _, doc := range docs {
		f.readDocument(doc)
	}
}

// readDocument reads one document of YAML.
func (f *file) readDocument(doc *doctree.Node) {
	switch {
	case sigma.Is(doc):
		f.sigma = append(f.sigma, doc)
	case isCustomDetection(doc):
		f.add(customDetection(doc))
	default:
		f.add(sentinelRule(doc))
	}
}

// sentinelRule reads a rule of Sentinel's own form and everything that is
// wrong with it.
func sentinelRule(doc *doctree.Node) (*Rule, diag.List) {
	r := &reader{}
	rule := r.rule(doc)
	r.schedule(rule)
	r.unmatched(rule)
	rule.doc = doc
	return rule, r.list
}
