// Command conshelf investigates unauthorized sign-ins from exports of a
// Microsoft tenant, offline.
package main

import (
	"os"

	"github.com/conshelf/conshelf/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
