package syntax

// The words of KQL mean something by their place; almost every one may also be
// a name somewhere. These are the rules of Kusto's own parser.

// isNegatable tells whether ! may stand before a string operator.
func isNegatable(word string) bool {
	switch word {
	case "has", "has_cs", "hasprefix", "hasprefix_cs", "hassuffix", "hassuffix_cs",
		"contains", "contains_cs", "startswith", "startswith_cs", "endswith", "endswith_cs":
		return true
	}
	return false
}

// isWordOperator tells whether word stands between two operands.
func isWordOperator(word string) bool {
	switch word {
	case "and", "or", "in", "between", "has_any", "has_all", "matches",
		"like", "likecs", "notlike", "notlikecs",
		"containscs", "notcontains", "notcontainscs":
		return true
	}
	return isNegatable(word)
}

// isClause tells whether word starts a clause of an operator, so that where
// an operand is missing it is not one.
func isClause(word string) bool {
	switch word {
	case "by", "of", "on", "to", "asc", "desc", "where":
		return true
	}
	return isWordOperator(word)
}

// isReserved tells whether word may not be a name where a column, table or
// variable is read, unless it is written in brackets.
func isReserved(word string) bool {
	switch word {
	case "3Dchart", "accumulate", "and", "anomalychart", "areachart", "as", "asc", "bagexpansion",
		"barchart", "between", "by", "byte", "cachingpolicy", "callout", "cancel", "card", "char",
		"columnchart", "contains", "contains_cs", "containscs", "cycles", "dataexport", "datascope",
		"datatable", "date", "datetime", "decimal", "decodeblocks", "desc", "double", "dynamic",
		"earliest", "encodingpolicy", "endswith", "endswith_cs", "expandoutput",
		"extent_tags_retention", "external_data", "externaldata", "find", "first", "flags", "float",
		"force_remote", "harddelete", "hardretention", "has", "has_all", "has_any", "has_cs",
		"hasprefix", "hasprefix_cs", "hassuffix", "hassuffix_cs", "hotcache", "in", "int", "int16",
		"int32", "int64", "int8", "invoke", "isfuzzy", "journal", "ladderchart", "last", "latest",
		"like", "likecs", "linechart", "long", "materialize", "mdm", "missing", "nooptimization",
		"notcontains", "notcontainscs", "notlike", "notlikecs", "of", "or", "others", "pathformat",
		"piechart", "pivotchart", "print", "project", "queries", "query_results", "real", "relaxed",
		"restricted_view_access", "row_level_security", "rowstore", "rowstore_references",
		"rowstore_sealinfo", "rowstorepolicy", "rowstores", "sample", "scatterchart", "seal",
		"seals", "search", "set", "shards", "simple", "softdelete", "softretention", "sql",
		"stackedareachart", "startswith", "startswith_cs", "statistics",
		"storedqueryresultcontainers", "string", "tablepurge", "time", "timechart", "timeline",
		"timepivot", "timespan", "title", "to", "toscalar", "totable", "treemap", "uint", "uint16",
		"uint32", "uint64", "uint8", "ulong", "union", "uniqueid", "unrestrictedviewers", "verbose",
		"viewers", "views", "where", "with_itemindex", "with_match_id", "with_step_name",
		"writeaheadlog", "boolean", "matches":
		return true
	}
	return false
}

// isReservedInDeclaration tells whether word may not be the name of what is
// defined: fewer words are taken there.
func isReservedInDeclaration(word string) bool {
	switch word {
	case "accumulate", "as", "by", "contains", "datatable", "earliest", "externaldata", "find",
		"has", "in", "invoke", "latest", "materialize", "mdm", "of", "print", "sample", "search",
		"set", "sql", "title", "to", "toscalar", "totable", "verbose", "viewers", "where":
		return false
	}
	return isReserved(word)
}

// isBool tells whether word is a boolean literal.
func isBool(word string) bool {
	switch word {
	case "true", "True", "TRUE", "false", "False", "FALSE":
		return true
	}
	return false
}

// operatorNames lists the names that may follow a bar, in alphabetical order.
func operatorNames() []string {
	return []string{
		"as", "assert-schema", "consume", "count", "distinct", "evaluate", "extend", "facet",
		"filter", "fork", "getschema", "graph-mark-components", "graph-match",
		"graph-shortest-paths", "graph-to-table", "graph-where-edges", "graph-where-nodes",
		"invoke", "join", "limit", "lookup", "make-graph", "make-series", "mv-apply", "mv-expand",
		"mvapply", "mvexpand", "order", "parse", "parse-kv", "parse-where", "partition",
		"project", "project-away", "project-by-names", "project-keep", "project-rename",
		"project-reorder", "reduce", "render", "sample", "sample-distinct", "scan", "search",
		"serialize", "sort", "summarize", "take", "top", "top-hitters", "top-nested", "union",
		"where",
	}
}

// Operators returns the names of the operators that may follow a bar, sorted.
func Operators() []string { return operatorNames() }

// sourceOperatorNames lists the operators that bring their own rows.
func sourceOperatorNames() []string {
	return []string{"evaluate", "find", "macro-expand", "print", "range", "search", "union"}
}
