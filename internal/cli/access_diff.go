package cli

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/condaccess"
	"github.com/conshelf/conshelf/internal/condaccess/gaps"
)

func (a *app) accessDiffCommand() *cobra.Command {
	var f gapFlags
	var before, after []string
	cmd := &cobra.Command{
		Use:   "diff --before PATH --after PATH [PATH…]",
		Short: "What a change of the policies opens and closes",
		Long: "diff compares two sets of policies over the same directory and named locations, which the other paths hold, or\n" +
			"either set's own files: what the one stops for certain and the other does not, exactly. A change that may open or\n" +
			"close is one where the other set may stop it too: that depends on what was not exported.\n\n" + profileHelp(),
		Args: func(cmd *cobra.Command, _ []string) error {
			if len(before) == 0 || len(after) == 0 {
				return usagef("%s needs --before and --after", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.diffPolicies(before, after, args, &f) },
	}
	f.register(cmd)
	f.registerProfile(cmd)
	cmd.Flags().StringSliceVar(&before, "before", nil, "files of the policies as they are")
	cmd.Flags().StringSliceVar(&after, "after", nil, "files of the policies as they would be")
	return cmd
}

func (a *app) diffPolicies(before, after, rest []string, f *gapFlags) error {
	profiles, err := f.profiles()
	if err != nil {
		return err
	}
	o, err := f.options()
	if err != nil {
		return err
	}
	both, old, err := a.loadBoth(before, after, rest, f)
	if err != nil {
		return err
	}
	space, err := a.spaceOf(both, o, f)
	if err != nil {
		return err
	}
	l := listing{cols: rowColumns("Attacker", "Change")}
	for _, p := range profiles {
		c, err := space.Compare(p, func(i int) bool { return i < old }, func(i int) bool { return i >= old }, f.limit)
		if err != nil {
			return err
		}
		for _, side := range []struct {
			word, unsure string
			rows         []gaps.Row
		}{{"opens", "may open", c.Opened}, {"closes", "may close", c.Closed}} {
			for i := range side.rows {
				word := side.word
				if !side.rows[i].Certain {
					word = side.unsure
				}
				l.rows = append(l.rows, rowCells(&side.rows[i], p.Name, word))
			}
		}
		if c.Further > 0 {
			a.note("%s: %s more; --limit lists them", p.Name, plural(c.Further, "row"))
		}
	}
	if err := a.list(f.format, l); err != nil {
		return err
	}
	if len(l.rows) == 0 {
		a.note("the change opens nothing and closes nothing to the attackers that were asked for")
	}
	return incompleteStatus(both)
}

// loadBoth reads both sets into one tenant, of which the first policies, as many
// as it returns, are the old ones.
func (a *app) loadBoth(before, after, rest []string, f *gapFlags) (both *condaccess.Tenant, old int, err error) {
	one, err := a.loadTenant(append(before[:len(before):len(before)], rest...), f.trusted)
	if err != nil {
		return nil, 0, err
	}
	other, err := a.loadTenant(append(after[:len(after):len(after)], rest...), f.trusted)
	if err != nil {
		return nil, 0, err
	}
	merged := *one
	merged.Policies = append(one.Policies[:len(one.Policies):len(one.Policies)], other.Policies...)
	merged.Incomplete = append(one.Incomplete[:len(one.Incomplete):len(one.Incomplete)], other.Incomplete...)
	if merged.Locations, err = mergeLocations(one.Locations, other.Locations); err != nil {
		return nil, 0, err
	}
	merged.LocationsKnown = one.LocationsKnown || other.LocationsKnown
	if merged.Strengths, err = mergeStrengths(one.Strengths, other.Strengths); err != nil {
		return nil, 0, err
	}
	if len(one.CrossTenant) == 0 {
		merged.CrossTenant = other.CrossTenant
	}
	if len(one.Directory.Users) == 0 && len(one.Directory.Groups) == 0 {
		merged.Directory = other.Directory
	}
	return &merged, len(one.Policies), nil
}

// mergeStrengths returns the strengths of both. One that is not the same in both
// would answer for one set what is true of the other.
func mergeStrengths(one, other []*condaccess.Strength) ([]*condaccess.Strength, error) {
	out := one[:len(one):len(one)]
	for _, s := range other {
		i := slices.IndexFunc(one, func(known *condaccess.Strength) bool { return strings.EqualFold(known.ID, s.ID) })
		if i < 0 {
			out = append(out, s)
		} else if !reflect.DeepEqual(one[i], s) {
			return nil, fmt.Errorf("authentication strength %s differs between the two sets: policies can be compared over the same strengths only", cmp.Or(s.Name, s.ID))
		}
	}
	return out, nil
}

// mergeLocations returns the locations of both. One that is not the same in
// both would answer for one set what is true of the other.
func mergeLocations(one, other []*condaccess.NamedLocation) ([]*condaccess.NamedLocation, error) {
	out := one[:len(one):len(one)]
	known := make(map[string]*condaccess.NamedLocation)
	for _, l := range one {
		known[strings.ToLower(l.ID)] = l
	}
	for _, l := range other {
		same := known[strings.ToLower(l.ID)]
		if same == nil {
			out = append(out, l)
		} else if string(same.Document) != string(l.Document) {
			return nil, fmt.Errorf("named location %s differs between %s and %s: policies can be compared over the same locations only", l.ID, same.File, l.File)
		}
	}
	return out, nil
}
