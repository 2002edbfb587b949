package builtin

func plugin(name, doc string, traps ...string) Function {
	return Function{Name: name, Kind: Plugin, Doc: doc, Traps: traps, Signatures: sigs(sig(dynamic, anyType).variadic())}
}

// plugins are called by evaluate. What columns some of them give depends on
// the rows.
func plugins() []Function {
	const data = "its columns depend on the rows"
	return []Function{
		plugin("bag_unpack", "A column for each property of a bag.", data),
		plugin("pivot", "A column for each value of a column.", data),
		plugin("narrow", "A row for each cell.", data),
		plugin("autocluster", "Finds the commonest patterns."),
		plugin("basket", "Finds the frequent patterns."),
		plugin("diffpatterns", "Finds patterns that differ between two sets of rows."),
		plugin("ipv4_lookup", "Joins an address to the range of a table that it is in."),
		plugin("ipv6_lookup", "Joins an address to the range of a table that it is in."),
		plugin("preview", "Shows the first rows and the number of all."),
	}
}
