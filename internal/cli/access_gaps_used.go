package cli

import (
	"context"
	"fmt"

	"github.com/conshelf/conshelf/internal/condaccess"
	"github.com/conshelf/conshelf/internal/condaccess/gaps"
	"github.com/conshelf/conshelf/internal/condaccess/replay"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/investigation"
)

// listUsedGaps lists gaps weighed by the sign-ins of the case.
func (a *app) listUsedGaps(ctx context.Context, paths []string, f *gapFlags) (err error) {
	profiles, err := f.profiles()
	if err != nil {
		return err
	}
	o, err := f.options()
	if err != nil {
		return err
	}
	c, err := a.openExisting(ctx, a.caseDir)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, c.Close()) }()
	t, err := a.replayTenant(ctx, c, &replayFlags{gapFlags: *f, policies: paths})
	if err != nil {
		return err
	}
	space, err := f.spaceOf(t, o)
	if err != nil {
		return err
	}
	uses, err := a.usesOf(ctx, c, t)
	if err != nil {
		return err
	}
	space.Weigh(uses)
	return a.listReports(space, t, profiles, f, true)
}

// usesOf counts the sign-ins of a case that policies were asked about.
func (a *app) usesOf(ctx context.Context, c *investigation.Case, t *condaccess.Tenant) (*gaps.Uses, error) {
	uses, unread, unreached := gaps.NewUses(t), 0, 0
	absent, err := c.SignIns(ctx, func(_ evidence.Origin, row []byte) error {
		rec, err := replay.ReadRecord(row)
		switch {
		case err != nil:
			unread++ // one record that is not understood is counted and said
		case rec.Unreached():
			unreached++
		default:
			uses.Add(rec.SignIn, rec.User, resourceName(rec.SignIn))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("weigh by sign-ins: %w", err)
	}
	for _, table := range absent {
		a.note("the case has no %s: what is there has no weight", table)
	}
	if unread > 0 {
		a.note("%s could not be read, and have no weight", plural(unread, "sign-in"))
	}
	a.note("%s of the case weigh; %d of which no policy was asked do not", plural(uses.Total(), "sign-in"), unreached)
	return uses, nil
}

// resourceName returns the published name of the resource of a sign-in, where it
// has one.
func resourceName(s *condaccess.SignIn) string {
	if len(s.Target.Applications) != 1 {
		return ""
	}
	return condaccess.ApplicationName(s.Target.Applications[0])
}

// lastText describes a recorded sign-in, so that it can be found again.
func lastText(s *condaccess.SignIn) string {
	if s == nil {
		return ""
	}
	return shownTime(s.Time) + " " + signInText(s)
}
