package cli

import (
	"context"
	"os"
	"os/user"
	"time"

	"github.com/conshelf/conshelf/internal/custody"
	"github.com/conshelf/conshelf/internal/investigation"
)

// actor is who runs the program, for the journal of a case.
func actor() custody.Actor {
	a := custody.Actor{User: envOr("USER", envOr("USERNAME", "unknown")), Host: "unknown", Version: version(), Now: time.Now}
	if u, err := user.Current(); err == nil {
		a.User = u.Username
	}
	if host, err := os.Hostname(); err == nil {
		a.Host = host
	}
	return a
}

// openCase opens a case to be written to, and makes it if there is none.
func (a *app) openCase(ctx context.Context, dir string) (*investigation.Case, error) {
	c, err := investigation.Open(ctx, dir, a.open(false))
	if err != nil {
		return nil, err
	}
	c.As(actor())
	return c, nil
}

// openExisting opens a case to be read.
func (a *app) openExisting(ctx context.Context, dir string) (*investigation.Case, error) {
	c, err := investigation.OpenExisting(ctx, dir, a.open(true))
	if err != nil {
		return nil, err
	}
	c.As(actor())
	return c, nil
}
