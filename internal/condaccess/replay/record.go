package replay

import "github.com/conshelf/conshelf/internal/condaccess"

// ReadRecord reads a row of a table of sign-ins, as a JSON object.
func ReadRecord(row []byte) (*Record, error) {
	r, err := condaccess.ReadLogRecord(row)
	if err != nil {
		return nil, err
	}
	return &Record{SignIn: r.SignIn, Recorded: r.Recorded, User: r.User, App: r.App, Result: r.Result}, nil
}
