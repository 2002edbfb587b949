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
	tenant, err := oneTenant(ctx, c, f.tenant)
	if err != nil {
		return err
	}
	t, err := a.replayTenant(ctx, c, tenant, &replayFlags{gapFlags: *f, policies: paths, at: policiesToday})
	if err != nil {
		return err
	}
	space, err := a.spaceOf(t, o, f)
	if err != nil {
		return err
	}
	uses, err := a.usesOf(ctx, c, tenant, t)
	if err != nil {
		return err
	}
	space.Weigh(uses)
	return a.listReports(space, t, profiles, f, true)
}

// usesOf counts the sign-ins of a case that policies were asked about.
func (a *app) usesOf(ctx context.Context, c *investigation.Case, tenant string, t *condaccess.Tenant) (*gaps.Uses, error) {
	uses, unreached := gaps.NewUses(t), 0
	read, err := c.SignIns(ctx, investigation.SignInOptions{Tenant: tenant}, func(_ evidence.Origin, rec *replay.Record) error {
		if rec.Unreached() {
			unreached += rec.Count
			return nil
		}
		last := *rec.SignIn
		last.Time = rec.Last
		uses.Add(&last, rec.Count, rec.User, resourceName(&last))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("weigh by sign-ins: %w", err)
	}
	for _, table := range read.Absent {
		a.note("the case has no %s: what is there has no weight", table)
	}
	if read.Unread > 0 {
		a.note("%s could not be read, and have no weight", plural(read.Unread, "sign-in"))
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
