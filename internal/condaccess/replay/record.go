package replay

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/conshelf/conshelf/internal/condaccess"
)

// ReadRecord reads a row of a table of sign-ins, as a JSON object.
func ReadRecord(row []byte) (*Record, error) {
	s, _, err := condaccess.ReadSignIn(row)
	if err != nil {
		return nil, err
	}
	said, err := condaccess.ReadRecorded(row)
	if err != nil {
		return nil, err
	}
	var names struct {
		UserPrincipalName, ServicePrincipalName string
		ResourceDisplayName, AppDisplayName     string
		ResultType                              json.RawMessage
	}
	if err := json.Unmarshal(row, &names); err != nil {
		return nil, fmt.Errorf("read sign-in: %w", err)
	}
	return &Record{
		SignIn: s, Recorded: said,
		User:   cmp.Or(names.UserPrincipalName, names.ServicePrincipalName),
		App:    cmp.Or(names.AppDisplayName, names.ResourceDisplayName),
		Result: strings.Trim(string(names.ResultType), `"`),
	}, nil
}
