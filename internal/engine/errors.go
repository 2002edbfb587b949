package engine

import "errors"

// ErrMemory is the error of a query that needs more memory, or more room for
// what spills, than the engine was given. What was stored before is untouched,
// and the engine answers the next query.
var ErrMemory = errors.New("the query needs more memory than its limit")

// ErrNoSpace is the error of a load for which the disk, or a limit of it, has
// no room. What was committed before is kept.
var ErrNoSpace = errors.New("no space is left")
