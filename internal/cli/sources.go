package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/investigation"
	"github.com/conshelf/conshelf/kql/bind"
)

// The directories of a case that are read without being named.
const (
	functionsDir = "functions"
	externalDir  = "external"
)

// A sourceFlags is what queries may read beside the evidence, as flags say.
type sourceFlags struct {
	facts     string
	external  []string
	functions []string
}

func (f *sourceFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.external, "external", nil,
		"NAME=FILE: a file that stands for a watchlist, a URI of externaldata or Database.Table; of a watchlist NAME[COLUMN] names its search key")
	cmd.Flags().StringVar(&f.facts, "facts", "", "YAML file of what the tenant says of itself: networks, VIPs, break-glass accounts … (default: facts.yaml of the case)")
	f.registerFunctions(cmd)
}

func (f *sourceFlags) registerFunctions(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.functions, "functions", nil, "directory of saved functions: .kql files, and ASIM parsers in YAML")
}

// sources returns what the flags name, and what the directories functions and
// external of the case hold. Functions that cannot be read are said, and the
// others are there.
func (a *app) sources(f *sourceFlags) (*investigation.Sources, error) {
	s := &investigation.Sources{Files: make(map[string]string), SearchKeys: make(map[string]string), Folder: filepath.Join(a.caseDir, externalDir)}
	for _, text := range f.external {
		name, file, ok := cutLast(text)
		if !ok {
			return nil, usagef("--external %s: want NAME=FILE", text)
		}
		if alias, key, ok := strings.Cut(strings.TrimSuffix(name, "]"), "["); ok && strings.HasSuffix(name, "]") && !strings.Contains(name, "://") {
			name, s.SearchKeys[alias] = alias, key
		}
		s.Files[name] = file
	}
	if err := a.readFacts(s, f.facts); err != nil {
		return nil, err
	}
	dirs := slices.Clone(f.functions)
	own := filepath.Join(a.caseDir, functionsDir)
	if info, err := os.Stat(own); err == nil && info.IsDir() {
		dirs = append(dirs, own)
	}
	for _, dir := range dirs {
		if err := a.addFunctions(s, dir); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// readFacts reads the facts that a flag names, or those of the case.
func (a *app) readFacts(s *investigation.Sources, file string) (err error) {
	path := file
	if path == "" {
		path = investigation.FactsFile(a.caseDir)
	}
	if path == "" {
		return nil
	}
	if s.Facts, s.FactsText, err = investigation.ReadFacts(path); err != nil {
		return usagef("%w", err)
	}
	return nil
}

// cutLast cuts at the last =: a URI may have one itself.
func cutLast(text string) (name, file string, ok bool) {
	i := strings.LastIndexByte(text, '=')
	if i <= 0 || i == len(text)-1 {
		return "", "", false
	}
	return text[:i], text[i+1:], true
}

// addFunctions adds the functions of a directory. The first of a name wins.
func (a *app) addFunctions(s *investigation.Sources, dir string) error {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return usagef("--functions %s: there is no such directory", dir)
	case err != nil:
		return usagef("--functions %s: %w", dir, err)
	case !info.IsDir():
		return usagef("--functions %s is not a directory", dir)
	}
	found, problems := investigation.LoadFunctions(os.DirFS(dir))
	for _, p := range problems {
		p.Path = filepath.ToSlash(filepath.Join(dir, p.Path))
		printText(a.err, p.String())
	}
	for _, g := range found {
		if !slices.ContainsFunc(s.Functions, func(have bind.Function) bool { return have.Name == g.Name }) {
			s.Functions = append(s.Functions, g)
		}
	}
	return nil
}

// useSources tells a case what queries over it may read beside the evidence.
// Read-only tells how the case was opened.
func (a *app) useSources(c *investigation.Case, f *sourceFlags, readOnly bool) error {
	s, err := a.sources(f)
	if err != nil {
		return err
	}
	if readOnly {
		c.Use(s, a.open(false))
	} else {
		c.Use(s, nil)
	}
	return nil
}
