package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/custody"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/investigation"
)

// A verifyFlags is the flags of evidence verify.
type verifyFlags struct {
	noOriginals bool
	asJSON      bool
	signer      string
	head        string
	identity    string
}

func (a *app) evidenceVerifyCommand() *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use:   "verify [ARCHIVE]",
		Short: "Check the case, its journal and the evidence against what was written down",
		Long: "verify compares the journal with itself, every file of the case with the journal, every original with its hash\n" +
			"and every row with what was stored; of an archive that seal made, what is in it. A line is printed for each\n" +
			"thing that changed, is missing or cannot be checked. The exit status is 11 if anything does not verify; an\n" +
			"original that is no longer there does not.",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("verify wants one archive, or none for the case itself")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				return a.verifyArchive(cmd.Context(), args[0], f)
			}
			return a.verifyCase(cmd.Context(), f)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.noOriginals, "no-originals", false, "do not look at the files that the evidence was read from")
	flags.StringVar(&f.signer, "signer", "", "file of public SSH keys, one of which must have signed the journal")
	flags.StringVar(&f.head, "head", "", "hash of a line that the journal must have, as an earlier verify printed it")
	flags.StringVar(&f.identity, "identity", "", "file of the key that opens the archive")
	flags.BoolVar(&f.asJSON, "json", false, "print what was found as JSON, an object a line")
	return cmd
}

// verifying calls verify with the options of the flags, prints what it tells,
// and returns what it found with the exit status of it.
func (a *app) verifying(f verifyFlags, verify func(investigation.VerifyOptions) (custody.Outcome, error)) (custody.Outcome, error) {
	o := investigation.VerifyOptions{NoOriginals: f.noOriginals, Head: evidence.Digest(f.head)}
	if f.signer != "" {
		keys, err := publicKeys(f.signer)
		if err != nil {
			return custody.Outcome{}, err
		}
		o.Signers = keys
	}
	var printed error
	o.Tell = func(found custody.Finding) { printed = firstError(printed, printFinding(a.out, found, f.asJSON)) }
	outcome, err := verify(o)
	if err := firstError(err, printed); err != nil {
		return outcome, err
	}
	return outcome, printOutcome(a.out, outcome, f.asJSON)
}

func (a *app) verifyCase(ctx context.Context, f verifyFlags) error {
	if _, err := os.Stat(a.caseDir); err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	outcome, err := a.verifying(f, func(o investigation.VerifyOptions) (custody.Outcome, error) {
		return investigation.Verify(ctx, a.caseDir, a.open(true), o)
	})
	if err != nil {
		return err
	}
	if err := investigation.NoteVerified(a.caseDir, actor(), outcome); err != nil {
		a.note("the journal does not say that the case was verified: %v", err)
	}
	return verdict(outcome)
}

func (a *app) verifyArchive(ctx context.Context, path string, f verifyFlags) error {
	identities, err := a.identities(path, f.identity)
	if err != nil {
		return err
	}
	outcome, err := a.verifying(f, func(o investigation.VerifyOptions) (custody.Outcome, error) {
		return investigation.VerifyArchive(ctx, path, a.open(true), identities, o)
	})
	if err != nil {
		return err
	}
	return verdict(outcome)
}

// identities are what opens an archive, if it is encrypted.
func (a *app) identities(archive, file string) ([]age.Identity, error) {
	if file != "" {
		list, err := parseFile(file, age.ParseIdentities)
		if err != nil {
			return nil, usagef("--identity %s: %w", file, err)
		}
		return list, nil
	}
	locked, err := investigation.HasPassphrase(archive)
	if err != nil || !locked {
		return nil, err
	}
	text, err := a.passphrase("passphrase of " + archive)
	if err != nil {
		return nil, err
	}
	identity, err := age.NewScryptIdentity(text)
	if err != nil {
		return nil, usagef("passphrase: %w", err)
	}
	return []age.Identity{identity}, nil
}

func verdict(o custody.Outcome) error {
	if o.Failed > 0 {
		return silent{exitEvidence}
	}
	return nil
}

func printFinding(w io.Writer, f custody.Finding, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(f)
	}
	verdict := "does not verify: "
	if f.Unchecked {
		verdict = "not checked: "
	}
	printLine(w, verdict+f.String())
	return nil
}

func printOutcome(w io.Writer, o custody.Outcome, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(o)
	}
	b := bufio.NewWriter(w)
	for _, s := range o.Signatures {
		printLine(b, signedLine(s))
	}
	if o.Head != "" {
		printLine(b, fmt.Sprintf("journal: %d lines, the last with hash %s", o.Lines, o.Head))
	}
	verdict := "all of it is as it was"
	if o.Failed > 0 {
		verdict = fmt.Sprintf("%d do not verify", o.Failed)
	}
	printLine(b, fmt.Sprintf("%d lines, files and rows were checked: %s; %d could not be checked", o.Checked, verdict, o.Unchecked))
	return b.Flush()
}
