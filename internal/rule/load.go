package rule

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/conshelf/conshelf/kql/diag"
)

// maxFile bounds the size of a file of rules.
const maxFile = 1 << 20

// Load reads every .yaml and .yml file of fsys as one rule, in the order of
// their paths. A rule with errors is left out; what is wrong with a file,
// warnings too, is in its Problem.
func Load(fsys fs.FS) ([]*Rule, []Problem) {
	var rules []*Rule
	var problems []Problem
	paths, unread := find(fsys)
	ids := make(map[string]string)
	for _, name := range paths {
		rule, problem := loadFile(fsys, name, ids)
		if rule != nil {
			rules = append(rules, rule)
		}
		if len(problem.Diagnostics) > 0 {
			problems = append(problems, problem)
		}
	}
	return rules, append(problems, unread...)
}

// find returns the paths of the files that hold rules, and the directories
// that could not be read.
func find(fsys fs.FS) (paths []string, unread []Problem) {
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			unread = append(unread, fileProblem(name, err))
			return nil
		}
		if ext := path.Ext(name); !entry.IsDir() && (ext == ".yaml" || ext == ".yml") {
			paths = append(paths, name)
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

// loadFile reads one file. Ids holds the path of each id met so far.
func loadFile(fsys fs.FS, name string, ids map[string]string) (*Rule, Problem) {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fileProblem(name, err)
	}
	if len(data) > maxFile {
		return nil, fileProblem(name, fmt.Errorf("a file of rules has at most %d bytes, this one has %d", maxFile, len(data)))
	}
	if !utf8.Valid(data) {
		return nil, fileProblem(name, fmt.Errorf("the file is not UTF-8"))
	}
	text := strings.ReplaceAll(strings.TrimPrefix(string(data), "\ufeff"), "\r\n", "\n")
	rule, list := parse(name, text)
	if first, taken := ids[rule.ID]; taken && rule.ID != "" {
		list.Errorf(rule.idAt, diag.BadRule, "id %s is already that of %s", rule.ID, first)
	} else {
		ids[rule.ID] = name
	}
	list.Sort()
	problem := Problem{name, text, list}
	if list.HasErrors() {
		return nil, problem
	}
	return rule, problem
}

// parse reads a rule and everything that is wrong with it.
func parse(name, text string) (*Rule, diag.List) {
	r := &reader{source: newSource(text)}
	root := r.document()
	if root == nil {
		return &Rule{}, r.list
	}
	rule := r.rule(root)
	r.schedule(rule)
	r.unmatched(rule)
	rule.Path = name
	rule.source = r.source
	return rule, r.list
}
