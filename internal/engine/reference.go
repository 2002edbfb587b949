package engine

import "strings"

// referencePrefix begins the names of tables that hold no evidence: no table
// of Log Analytics has such a name.
const referencePrefix = "$reference:"

// ReferenceTable returns the name of a table that holds data from outside the
// evidence, such as a watchlist. Its rows belong to no tenant and no log.
func ReferenceTable(name string) string { return referencePrefix + name }

// IsReference tells whether a table was named by ReferenceTable.
func IsReference(table string) bool { return strings.HasPrefix(table, referencePrefix) }
