package types

// Facts are what is known about the names and values of tables beyond their
// schema, for telling an author what to write instead. The zero Facts is
// nothing known. A key is a column's name, or Table.Column, which wins.
type Facts struct {
	// Values lists the documented values of columns that have a closed set.
	Values map[string][]string
	// Instead says, for a table or a column that people write and that does
	// not exist, what to write. A key may also be Table.Column.
	Instead map[string]string
	// Literals says, for a column and a text that people compare it with, what
	// is wrong with that.
	Literals map[string][]Remark
}

// A Remark is what to say when a column is compared with Text.
type Remark struct {
	Text string
	// Never tells that no record has that value; otherwise the remark is about
	// something that the author should know.
	Never   bool
	Message string
	Hint    string
}
