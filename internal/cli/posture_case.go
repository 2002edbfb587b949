package cli

import (
	"context"
	"errors"
	"strings"

	"github.com/conshelf/conshelf/internal/posture"
	"github.com/conshelf/conshelf/internal/tenant"
)

// readPostureCase takes in what a case holds.
func (a *app) readPostureCase(ctx context.Context, e *posture.Export) (err error) {
	c, err := a.openExisting(ctx, a.caseDir)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, c.Close()) }()
	told, err := c.Posture(ctx, e)
	if err == nil && told != "" {
		a.note("%s", told)
	}
	return err
}

// namedProblems says the problems of a file by its name.
func namedProblems(name string, err error) error {
	var wrong *tenant.ProblemsError
	if errors.As(err, &wrong) {
		return errors.New(strings.Join(wrong.Lines(name), "\n"))
	}
	return err
}
