package cli

import (
	"fmt"
	"os"

	"golang.org/x/term"
)

// passphraseVariable is the variable of the environment that a passphrase is
// read from: an argument would be seen by all users of the machine.
const passphraseVariable = "CONSHELF_PASSPHRASE"

// passphrase returns a passphrase of the environment, or asks for it.
func (a *app) passphrase(what string) (string, error) {
	if text := os.Getenv(passphraseVariable); text != "" {
		return text, nil
	}
	f, ok := a.in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return "", usagef("the %s is wanted: set %s, or run this in a terminal", what, passphraseVariable)
	}
	printLine(a.err, what+":")
	text, err := term.ReadPassword(int(f.Fd()))
	printLine(a.err, "")
	if err != nil {
		return "", fmt.Errorf("read the %s: %w", what, err)
	}
	return string(text), nil
}
