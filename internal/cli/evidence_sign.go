package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/crypto/ssh"

	"github.com/conshelf/conshelf/internal/custody"
)

func (a *app) evidenceSignCommand() *cobra.Command {
	var key string
	cmd := &cobra.Command{
		Use:   "sign --key FILE",
		Short: "Sign the journal with an SSH key: you stand for what it says",
		Long: "sign writes a signature of the journal as it stands into the case, in the format of ssh-keygen -Y sign, for the\n" +
			"namespace " + custody.Namespace + ". verify checks it; with --signer it asks for yours. The passphrase of a key is\n" +
			"read from " + passphraseVariable + " or asked for.",
		Example: "  conshelf evidence sign --key ~/.ssh/id_ed25519 --case ./case",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			if key == "" {
				return usagef("sign wants --key FILE, a private SSH key")
			}
			return a.evidenceSign(key)
		},
	}
	cmd.Flags().StringVar(&key, "key", "", "file of the private key")
	return cmd
}

func (a *app) evidenceSign(key string) error {
	signer, err := a.signer(key)
	if err != nil {
		return err
	}
	if _, err := os.Stat(a.caseDir); err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	j, err := custody.Open(a.caseDir, actor())
	if err != nil {
		return err
	}
	s, err := j.Sign(signer)
	if err != nil {
		return err
	}
	printLine(a.out, signedLine(s))
	return nil
}

func signedLine(s custody.Signature) string {
	return fmt.Sprintf("signed: lines 1 to %d of the journal, by %s, in %s", s.Lines, s.Key, s.Name)
}

func (a *app) signer(path string) (ssh.Signer, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, usagef("--key %s: %w", path, err)
	}
	signer, err := ssh.ParsePrivateKey(text)
	if missing := (*ssh.PassphraseMissingError)(nil); errors.As(err, &missing) {
		passphrase, err := a.passphrase("passphrase of " + path)
		if err != nil {
			return nil, err
		}
		signer, err = ssh.ParsePrivateKeyWithPassphrase(text, []byte(passphrase))
		if err != nil {
			return nil, usagef("--key %s: %w", path, err)
		}
		return signer, nil
	}
	if err != nil {
		return nil, usagef("--key %s: it is no private SSH key: %w", path, err)
	}
	return signer, nil
}

// publicKeys reads keys as authorized_keys and .pub files have them.
func publicKeys(path string) ([]ssh.PublicKey, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, usagef("--signer %s: %w", path, err)
	}
	var keys []ssh.PublicKey
	for len(text) > 0 {
		key, _, _, rest, err := ssh.ParseAuthorizedKey(text)
		if err != nil {
			break
		}
		keys, text = append(keys, key), rest
	}
	if len(keys) == 0 {
		return nil, usagef("--signer %s: it holds no public SSH key", path)
	}
	return keys, nil
}
