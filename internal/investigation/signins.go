package investigation

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/conshelf/conshelf/internal/condaccess"
	"github.com/conshelf/conshelf/internal/condaccess/replay"
	"github.com/conshelf/conshelf/internal/evidence"
	"github.com/conshelf/conshelf/kql/plan"
	"github.com/conshelf/conshelf/kql/syntax"
	"github.com/conshelf/conshelf/kql/types"
)

// SignInTables are the tables of sign-ins that Conditional Access decides on.
func SignInTables() []string {
	return []string{"SigninLogs", "AADNonInteractiveUserSignInLogs", "AADServicePrincipalSignInLogs"}
}

// SignInOptions says which sign-ins to read, and which are not to be taken
// together though policies look at nothing that they differ in.
type SignInOptions struct {
	// Attackers are the records that are the attacker's: each comes by itself, and
	// is marked as malicious.
	Attackers map[evidence.Origin]bool
	Only      bool // the attacker's
	// Tenant is the one whose sign-ins they are, as a Scope has it; empty: any.
	Tenant string
	// Moments and Users are as replay.Apart gives them.
	Moments []time.Time
	Users   []string
}

// SignInsRead is what of the sign-ins was not read.
type SignInsRead struct {
	Absent []string // tables that the case does not hold
	Unread int      // sign-ins that were not understood
}

// SignIns calls each for the sign-ins of the case, by table and by the time of
// the first: those that say the same of all that policies look at once, with how
// many they are. The engine groups them. An attacker's has its origin; one that
// is not understood is nil if it is the attacker's, and is else only counted.
func (c *Case) SignIns(ctx context.Context, o SignInOptions, each func(origin evidence.Origin, rec *replay.Record) error) (read SignInsRead, err error) {
	for _, name := range SignInTables() {
		table, found, err := c.table(ctx, name)
		if err != nil {
			return read, err
		}
		if !found {
			read.Absent = append(read.Absent, name)
			continue
		}
		if o.Only && len(o.Attackers) == 0 {
			continue
		}
		if err := c.signInRows(ctx, o.query(table), o.Tenant, func(row []types.Value) error {
			s, err := o.group(row)
			if err != nil {
				read.Unread += int(row[2].Int)
			}
			if err != nil && row[0].Int == 0 {
				return nil // it is counted
			}
			return each(evidence.Origin{File: row[0].Int, Record: row[1].Int}, s)
		}); err != nil {
			return read, fmt.Errorf("read %s: %w", name, err)
		}
	}
	return read, nil
}

// table returns a table of the case as the catalog has it.
func (c *Case) table(ctx context.Context, name string) (types.Table, bool, error) {
	found, err := c.has(ctx, name)
	if err != nil || !found {
		return types.Table{}, false, err
	}
	catalog, _, err := c.catalog(ctx)
	if err != nil {
		return types.Table{}, false, err
	}
	table, found := catalog.Table(name)
	return table, found, nil
}

// group reads a row of the query: the place of an attacker's, how many, the
// first and the last time, the least id, and what they say.
func (o *SignInOptions) group(row []types.Value) (*replay.Record, error) {
	rec, err := replay.ReadRecord([]byte(row[6].Text))
	if err != nil {
		return nil, err
	}
	rec.Count, rec.Last = int(row[2].Int), timeOf(row[4])
	rec.SignIn.Time, rec.SignIn.ID = timeOf(row[3]), row[5].Text
	rec.Malicious = row[0].Int != 0
	return rec, nil
}

// query groups the sign-ins of a table by what policies look at.
func (o *SignInOptions) query(table types.Table) string {
	var keys, members []string
	members = append(members, `"correlationId", ""`) // that it is a record of a log
	for i, column := range o.columns(table) {
		key := fmt.Sprintf("K%d", i)
		value, back := keyOf(column, key)
		keys = append(keys, key+" = "+value)
		members = append(members, syntax.Quote(column.Name)+", "+back)
	}
	when := "TimeGenerated"
	if i := table.Column("CreatedDateTime"); i >= 0 && table.Columns[i].Type == types.DateTime {
		when = "coalesce(CreatedDateTime, TimeGenerated)"
	}
	id := `""`
	if table.Column("Id") >= 0 {
		id = "Id"
	}
	where := ""
	if o.Only {
		where = " | where Own"
	}
	return table.Name + " | extend Own = " + isOne(o.Attackers) + where +
		" | extend At = " + when +
		" | summarize Count = count(), First = min(At), Last = max(At), LeastId = min(tostring(" + id + ")) by File = iff(Own, ['" + plan.OriginFile + "'], 0), Number = iff(Own, ['" +
		plan.OriginRecord + "'], 0), Era = " + o.era() + ", Apart = " + o.apart(table) + ", " + strings.Join(keys, ", ") +
		" | sort by First asc, LeastId asc, File asc, Number asc | project File, Number, Count, First, Last, LeastId, Row = tostring(bag_pack(" + strings.Join(members, ", ") + "))"
}

// columns returns those that policies, or a reader of the result, look at.
func (o *SignInOptions) columns(table types.Table) []types.Column {
	names := append(condaccess.SignInMembers(), "serviceprincipalname", "appdisplayname", "resourcedisplayname")
	var out []types.Column
	for _, c := range table.Columns {
		if slices.Contains(names, strings.ToLower(c.Name)) && c.Type != types.DateTime && c.Type != types.TimeSpan {
			out = append(out, c)
		}
	}
	return out
}

// keyOf returns what a column is grouped by, and how its value comes back of it.
// When a step of an authentication was, which no policy looks at, is left out.
func keyOf(c types.Column, key string) (value, back string) {
	name := "['" + strings.ReplaceAll(strings.ReplaceAll(c.Name, `\`, `\\`), "'", `\'`) + "']"
	if strings.EqualFold(c.Name, "AuthenticationDetails") {
		steps := `replace_regex(tostring(` + name + `), @'"authenticationStepDateTime"\s*:\s*"[^"\\]*"', @'"authenticationStepDateTime":""')`
		if c.Type == types.Dynamic {
			return steps, "parse_json(" + key + ")"
		}
		return steps, key
	}
	if c.Type == types.Dynamic {
		return "tostring(" + name + ")", "parse_json(" + key + ")"
	}
	return name, key
}

// era numbers the times between the moments.
func (o *SignInOptions) era() string {
	var b strings.Builder
	b.WriteString("case(isnull(At), -1, ")
	for i, m := range o.Moments {
		fmt.Fprintf(&b, "At < datetime(%s), %d, ", types.FormatDateTime(types.TicksOf(m)), i)
	}
	fmt.Fprintf(&b, "%d)", len(o.Moments))
	return b.String()
}

// apart is the time, for users of whom it matters; whose id is not known may be
// one of them.
func (o *SignInOptions) apart(table types.Table) string {
	if len(o.Users) == 0 || table.Column("UserId") < 0 {
		return "datetime(null)"
	}
	return "iff(isempty(UserId) or UserId contains \"@\" or UserId in~ (" + literals(o.Users) + "), At, datetime(null))"
}
