package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/investigation"
)

// A sealFlags is the flags of evidence seal.
type sealFlags struct {
	noOriginals bool
	force       bool
	passphrase  bool
	recipients  []string
	files       []string // of recipients
}

func (a *app) evidenceSealCommand() *cobra.Command {
	var f sealFlags
	cmd := &cobra.Command{
		Use:   "seal OUT.zip|OUT.age",
		Short: "Write the case with its evidence as one file to hand over",
		Long: "seal writes the case, and the files that its evidence was read from, into one archive, verifies what was written\n" +
			"and notes it in the journal. The same case gives the same archive. A name that ends in .age is encrypted: to\n" +
			"the recipients, or with a passphrase, which is read from " + passphraseVariable + " or asked for.",
		Example: "  conshelf evidence seal handover.zip --case ./case\n  conshelf evidence seal handover.age --recipient age1...",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("seal wants the name of the archive to write")
			}
			if ext := filepath.Ext(args[0]); ext != ".zip" && ext != ".age" {
				return usagef("seal %s: want a name that ends in .zip or, encrypted, in .age", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.evidenceSeal(cmd.Context(), args[0], f) },
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.noOriginals, "no-originals", false, "leave out the files that the evidence was read from")
	flags.BoolVar(&f.force, "force", false, "replace the archive if it is there")
	flags.StringArrayVarP(&f.recipients, "recipient", "r", nil, "who can open it: a public key of age")
	flags.StringArrayVarP(&f.files, "recipients-file", "R", nil, "file of public keys, one a line")
	flags.BoolVar(&f.passphrase, "passphrase", false, "whoever has the passphrase can open it")
	return cmd
}

func (a *app) evidenceSeal(ctx context.Context, out string, f sealFlags) error {
	recipients, err := a.recipients(out, f)
	if err != nil {
		return err
	}
	seal, err := investigation.Seal(ctx, a.caseDir, out, a.open(true), actor(),
		investigation.SealOptions{NoOriginals: f.noOriginals, Force: f.force, Recipients: recipients})
	switch {
	case errors.Is(err, investigation.ErrExists):
		return usagef("%w", err)
	case errors.Is(err, investigation.ErrUnverified):
		return &statusError{exitEvidence, err}
	case err != nil:
		return err
	}
	printLine(a.out, "sealed "+out+": SHA-256 "+string(seal.SHA256))
	return nil
}

// recipients are who can open the archive; none: everybody.
func (a *app) recipients(out string, f sealFlags) ([]age.Recipient, error) {
	var list []age.Recipient
	for _, text := range f.recipients {
		r, err := age.ParseRecipients(strings.NewReader(text))
		if err != nil {
			return nil, usagef("--recipient %s: want a public key of age, age1...", text)
		}
		list = append(list, r...)
	}
	for _, path := range f.files {
		r, err := parseFile(path, age.ParseRecipients)
		if err != nil {
			return nil, usagef("--recipients-file %s: %w", path, err)
		}
		list = append(list, r...)
	}
	encrypted := strings.HasSuffix(out, ".age")
	switch {
	case !encrypted && (len(list) > 0 || f.passphrase):
		return nil, usagef("%s: what is encrypted has a name that ends in .age", out)
	case len(list) > 0 && f.passphrase:
		return nil, usagef("an archive is for recipients or has a passphrase, not both")
	case encrypted && len(list) == 0:
		return a.scryptRecipient()
	}
	return list, nil
}

func (a *app) scryptRecipient() ([]age.Recipient, error) {
	text, err := a.passphrase("passphrase of the archive")
	if err != nil {
		return nil, err
	}
	r, err := age.NewScryptRecipient(text)
	if err != nil {
		return nil, usagef("passphrase: %w", err)
	}
	return []age.Recipient{r}, nil
}

func parseFile[T any](path string, parse func(io.Reader) (T, error)) (T, error) {
	var none T
	f, err := os.Open(path)
	if err != nil {
		return none, err
	}
	defer func() { _ = f.Close() }() // it was only read
	return parse(f)
}
