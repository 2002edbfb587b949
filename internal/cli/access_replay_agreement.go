package cli

import (
	"cmp"
	"context"

	"github.com/conshelf/conshelf/internal/condaccess"
	"github.com/conshelf/conshelf/internal/condaccess/replay"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/internal/investigation"
)

// agreement says how what the log recorded of the policies agrees with what
// evaluation finds: in a sentence, and beside the outcomes in tables.
func (a *app) agreement(r *replay.Replay, f *replayFlags) error {
	a.noteStrangers(r.Strangers())
	list := r.Agreements()
	if len(list) == 0 {
		return nil
	}
	var equal, different, unknown, changed int
	for _, x := range list {
		equal, different, unknown, changed = equal+x.Equal, different+x.Different, unknown+x.Unknown, changed+x.ChangedSince
	}
	a.note("the log recorded results of %d of these policies: %d equal to what evaluation finds, %d different, %d where evaluation does not know, %d not compared "+
		"for the policy was changed later (--by agreement, --by condition)", len(list), equal, different, unknown, changed)
	if f.by != "outcome" || f.format != "table" {
		return nil
	}
	for _, by := range []string{"agreement", "condition"} {
		l := replayListing(r, by)
		if len(l.rows) == 0 {
			continue
		}
		printLine(a.out, "")
		if err := a.list(f.format, l); err != nil {
			return err
		}
	}
	return nil
}

// noteStrangers names the policies that the log names and nobody gave.
func (a *app) noteStrangers(list []replay.Stranger) {
	if len(list) == 0 {
		return
	}
	a.note("policies that the log names and that were not given, so that what it recorded of them was not compared: %d", len(list))
	for _, s := range list {
		a.note("  %s (%s): %s", cmp.Or(s.Name, "without a name"), s.ID, plural(s.Count, "record"))
	}
}

// nameStrangers reads the sign-ins for the policies that they name, where there
// is none to replay.
func (a *app) nameStrangers(ctx context.Context, c *investigation.Case, tenant string, t *condaccess.Tenant) error {
	r := replay.New(condaccess.NewEvaluator(t, condaccess.Options{}))
	_, err := c.SignIns(ctx, investigation.SignInOptions{Tenant: tenant}, func(_ evidence.Origin, rec *replay.Record) error {
		if rec != nil {
			r.Add(rec)
		}
		return nil
	})
	if err != nil {
		return err
	}
	a.noteStrangers(r.Strangers())
	return nil
}
