package cli

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/conshelf/conshelf/internal/condaccess"
)

func (a *app) accessEvaluateCommand() *cobra.Command {
	var f accessFlags
	var batch bool
	cmd := &cobra.Command{
		Use:   "evaluate --batch",
		Short: "Evaluate sign-ins against policies, as JSON Lines",
		Long: "evaluate reads JSON Lines {\"id\",\"policies\",\"namedLocations\",\"directory\",\"signIn\"} from standard input and writes a line\n" +
			"for each, in order: {\"id\",\"decision\",\"policies\":[{\"id\",\"verdict\",\"result\",\"unmet\",\"reasons\",\"grant\",\"session\"}]}.\n\n" +
			"The policies and locations are as Graph exports them. The directory may hold users, groups with members,\n" +
			"roleAssignments, roleEligibilitySchedules, servicePrincipals, riskyUsers, authenticationStrengths, crossTenantAccess and\n" +
			"mfaTrustedIPs; what it does not hold is not known. The sign-in is a record of a sign-in log, a request of the What If\n" +
			"API, or an object with such facts as user{id, groups, roles, userType}, application{appId, userAction,\n" +
			"authenticationContext}, clientAppType, devicePlatform, ipAddress, country, namedLocationIds, isTrustedLocation,\n" +
			"device{registered, …}, authenticationFlow, signInRiskLevel, userRiskLevel, insiderRiskLevel, scopes, satisfiedControls,\n" +
			"mfaSatisfied, deviceCompliant, termsOfUseAccepted. What it does not say is not known.\n\n" +
			"The decision is grant, deny or unknown; a verdict applies, notApplies or unknown; a result has Microsoft's own name.\n" +
			"Unmet names the conditions that rule a policy out, reasons say why something is unknown. A line that cannot be read\n" +
			"has an error and is unknown. The status is 0 whatever the lines are.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !batch {
				return usagef("evaluate reads sign-ins from standard input; say --batch, or see conshelf ca whatif")
			}
			return a.evaluateBatch(cmd.Context(), &f)
		},
	}
	cmd.Flags().BoolVar(&batch, "batch", false, "read JSON Lines from standard input")
	f.register(cmd)
	return cmd
}

func (a *app) evaluateBatch(ctx context.Context, f *accessFlags) error {
	o, err := f.options()
	if err != nil {
		return err
	}
	err = eachLine(ctx, a.in, a.out, func(l textLine) ([]byte, error) {
		if l.err != nil {
			return condaccess.MarshalFailure(nullID(), l.err)
		}
		return evaluateLine(l.text, o, f.emit)
	})
	return firstError(err, ctx.Err())
}

// evaluateLine answers one line. A fault of ours in one is its error, and does
// not end the batch.
func evaluateLine(line []byte, o condaccess.Options, emit bool) (answer []byte, err error) {
	c, err := condaccess.ReadCase(line)
	defer func() {
		if fault := recover(); fault != nil {
			answer, err = condaccess.MarshalFailure(c.ID, fmt.Errorf("a fault of conshelf: %v", fault))
		}
	}()
	if err != nil {
		return condaccess.MarshalFailure(c.ID, err)
	}
	if emit {
		return requestLine(c)
	}
	evaluation := condaccess.NewEvaluator(c.Tenant, o).Evaluate(c.SignIn)
	notes := c.Problems
	for _, n := range c.Tenant.Notes {
		notes = append(notes, n.String())
	}
	return condaccess.MarshalEvaluation(c.ID, &evaluation, notes)
}

// requestLine is the request to the What If API for a line.
func requestLine(c condaccess.Case) ([]byte, error) {
	body, lost, err := condaccess.EvaluateRequest(c.SignIn)
	if err != nil {
		return condaccess.MarshalFailure(c.ID, err)
	}
	return json.Marshal(struct {
		ID      json.RawMessage `json:"id"`
		Request json.RawMessage `json:"request"`
		Lost    []string        `json:"notAsked,omitempty"`
	}{c.ID, body, lost})
}
