package plan

import (
	"fmt"

	"github.com/conshelf/conshelf/kql/types"
)

// Conversion returns the name of the function that converts to a type.
func Conversion(t types.Scalar) string {
	switch t {
	case types.Bool:
		return "tobool"
	case types.Int:
		return "toint"
	case types.Long:
		return "tolong"
	case types.Real:
		return "toreal"
	case types.Decimal:
		return "todecimal"
	case types.String:
		return "tostring"
	case types.DateTime:
		return "todatetime"
	case types.TimeSpan:
		return "totimespan"
	case types.GUID:
		return "toguid"
	case types.Dynamic:
		return "todynamic"
	case types.Unknown:
	}
	panic(fmt.Sprintf("no function converts to %s", t))
}
