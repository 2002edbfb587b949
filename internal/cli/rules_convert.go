package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/rule"
)

// A convertFlags is the flags of rules convert.
type convertFlags struct {
	to, out string
	force   bool
}

func (a *app) rulesConvertCommand() *cobra.Command {
	var f convertFlags
	cmd := &cobra.Command{
		Use:   "convert DIR|FILE",
		Short: "Write rules in another form: KQL, Sentinel's YAML, a template of Azure Resource Manager",
		Long: "convert reads rules in any form and writes them as KQL, as Sentinel's YAML or as a template that deploys them. Nothing\n" +
			"of a rule is lost between YAML and template: what a resource has no property for is in the template's metadata.\n" +
			"A rule that the other form cannot hold, or that is beyond Sentinel's limits, is refused with the reason; the others\n" +
			"are written, and the exit status is 3.",
		Example: "  conshelf rules convert rule.sigma.yaml --to kql\n" +
			"  conshelf rules convert ./sigma --to yaml --out ./sentinel\n" +
			"  conshelf rules convert ./sentinel --to arm > rules.json",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("%s takes one directory or file, and got %d", cmd.CommandPath(), len(args))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.convertRules(args[0], f) },
	}
	cmd.Flags().StringVar(&f.to, "to", "", "the form to write: kql, yaml, arm")
	cmd.Flags().StringVar(&f.out, "out", "", "directory to write one file a rule into (arm: one file in all); default: standard output")
	cmd.Flags().BoolVar(&f.force, "force", false, "replace files that are there")
	must(cmd.RegisterFlagCompletionFunc("to", cobra.FixedCompletions([]cobra.Completion{"kql", "yaml", "arm"}, cobra.ShellCompDirectiveNoFileComp)))
	return cmd
}

// A written is a file of rules in another form.
type written struct{ name, text string }

func (a *app) convertRules(path string, f convertFlags) error {
	loaded, problems, err := loadFrom(path)
	if err != nil {
		return err
	}
	files, refused, err := converted(loaded, f.to)
	if err != nil {
		return err
	}
	if f.out == "" {
		err = a.printConverted(files, f.to)
	} else {
		err = writeConverted(files, f)
	}
	if err != nil {
		return err
	}
	for _, r := range refused {
		printLine(a.err, r.Error())
	}
	if brokenLines(a.err, problems)+len(refused) > 0 {
		return silent{exitSkipped}
	}
	return nil
}

// loadFrom loads the rules of a directory, or of one file.
func loadFrom(path string) ([]*rule.Rule, []rule.Problem, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, usagef("there is no %s", path)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read rules: %w", err)
	}
	if info.IsDir() {
		return loadRules([]string{path})
	}
	loaded, problems := rule.Load(oneFile{os.DirFS(filepath.Dir(path)), filepath.Base(path)})
	if len(loaded)+len(problems) == 0 {
		return nil, nil, usagef("%s holds no rule: want a file that ends in .yaml, .yml or .json", path)
	}
	return loaded, problems, nil
}

// A oneFile is a directory in which only one file is seen.
type oneFile struct {
	fs.FS
	name string
}

// ReadDir lists the one file.
func (o oneFile) ReadDir(name string) ([]fs.DirEntry, error) {
	info, err := fs.Stat(o.FS, o.name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return []fs.DirEntry{fs.FileInfoToDirEntry(info)}, nil
}

// converted returns the rules in another form, and why some cannot be.
func converted(loaded []*rule.Rule, to string) (files []written, refused []error, err error) {
	switch to {
	case "kql":
		for _, r := range loaded {
			files = append(files, written{fileName(r, ".kql"), "// " + strings.Join(strings.Fields(r.Name), " ") + "\n" + strings.TrimRight(r.Query, "\n") + "\n"})
		}
	case "yaml":
		for _, r := range loaded {
			text, err := r.YAML()
			if err != nil {
				refused = append(refused, fmt.Errorf("%s: %s: %w", r.Path, r.Name, err))
				continue
			}
			files = append(files, written{fileName(r, ".yaml"), text})
		}
	case "arm":
		text, wrong := rule.Template(loaded)
		files, refused = append(files, written{"rules.json", text}), wrong
	default:
		return nil, nil, usagef("--to %q: want kql, yaml or arm", to)
	}
	return files, refused, nil
}

// fileName returns a file's name for a rule: the rule's name, in small letters
// and digits, and the start of its id, as two rules may have one name.
func fileName(r *rule.Rule, extension string) string {
	words := strings.FieldsFunc(strings.ToLower(r.Name), func(c rune) bool {
		return c > unicode.MaxASCII || !unicode.IsLetter(c) && !unicode.IsDigit(c)
	})
	name := strings.Join(words, "-")
	return strings.Trim(name[:min(len(name), 80)]+"-"+r.ID[:min(len(r.ID), 8)], "-") + extension
}

func (a *app) printConverted(files []written, to string) error {
	for i, f := range files {
		switch {
		case to == "yaml" && i > 0:
			f.text = "---\n" + f.text
		case to == "kql" && i > 0:
			f.text = "\n" + f.text
		}
		if _, err := a.out.Write([]byte(f.text)); err != nil {
			return err
		}
	}
	return nil
}

func writeConverted(files []written, f convertFlags) error {
	if err := os.MkdirAll(f.out, 0o755); err != nil {
		return fmt.Errorf("write rules: %w", err)
	}
	mode := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if f.force {
		mode = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	for _, one := range files {
		file, err := os.OpenFile(filepath.Join(f.out, one.name), mode, 0o644)
		if errors.Is(err, fs.ErrExist) {
			return usagef("%s is there already; --force replaces it", filepath.Join(f.out, one.name))
		}
		if err != nil {
			return fmt.Errorf("write rules: %w", err)
		}
		_, err = file.WriteString(one.text)
		if err := firstError(err, file.Close()); err != nil {
			return fmt.Errorf("write rules: %w", err)
		}
	}
	return nil
}
