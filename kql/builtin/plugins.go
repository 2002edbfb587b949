package builtin

func plugin(name, doc string, traps ...string) Function {
	return Function{Name: name, Kind: Plugin, Doc: doc, Traps: traps, Signatures: sigs(sig(dynamic, anyType).variadic())}
}

// replacedPlugin is a plugin that binding turns into other operators.
func replacedPlugin(name, doc string, traps ...string) Function {
	f := plugin(name, doc, traps...)
	f.Replaced = true
	return f
}

// plugins are called by evaluate. What columns some of them give depends on
// the rows.
func plugins() []Function {
	const data = "its columns depend on the rows"
	return []Function{
		replacedPlugin("bag_unpack", "A column for each property of a bag.", data),
		replacedPlugin("pivot", "A column for each value of a column.", data),
		replacedPlugin("narrow", "A row for each cell.", data),
		plugin("autocluster", "Finds the commonest patterns."),
		plugin("basket", "Finds the frequent patterns."),
		plugin("diffpatterns", "Finds patterns that differ between two sets of rows."),
		replacedPlugin("ipv4_lookup", "Joins an address to the range of a table that it is in."),
		replacedPlugin("ipv6_lookup", "Joins an address to the range of a table that it is in."),
		plugin("preview", "Shows the first rows and the number of all."),
		plugin("active_users_count", "How many users were active in several periods."),
		plugin("activity_counts_metrics", "Counts of activity by period."),
		plugin("activity_engagement", "How active users of a period are among those of a longer one."),
		plugin("activity_metrics", "How many users come back and how many go, by period."),
		plugin("new_activity_metrics", "How many new users come back, by period."),
		plugin("dcount_intersect", "How many values several estimates share."),
		plugin("funnel_sequence", "What comes before and after a state."),
		plugin("funnel_sequence_completion", "How many go through a sequence of states."),
		plugin("rolling_percentile", "Percentiles over a moving window."),
		plugin("rows_near", "The rows near those that meet a condition."),
		plugin("sequence_detect", "Sequences of states."),
		plugin("session_count", "How many sessions there are."),
		plugin("sliding_window_counts", "Counts over a moving window."),
		replacedPlugin("geo_line_lookup", "Joins a point to the line of a table that it is near."),
		replacedPlugin("geo_polygon_lookup", "Joins a point to the polygon of a table that it is in."),
		plugin("diffpatterns_text", "Finds patterns of words that differ between two sets of texts."),
		plugin("schema_merge", "Merges schemas."),
		plugin("identity", "The rows as they are."),
		plugin("identity_v3", "The rows as they are."),
		plugin("estimate_rows_count", "About how many rows there are."),
		plugin("ai_chat_completion", "Asks a language model."),
		plugin("ai_embeddings", "Asks a language model for vectors."),
		plugin("azure_digital_twins_query_request", "Asks Azure Digital Twins."),
		plugin("cosmosdb_sql_request", "Asks Cosmos DB."),
		plugin("mysql_request", "Asks MySQL."),
		plugin("postgresql_request", "Asks PostgreSQL."),
		plugin("sql_request", "Asks SQL Server."),
		plugin("http_request", "Fetches a page."),
		plugin("http_request_post", "Posts to a page."),
		plugin("execute_query", "Runs a text as a query."),
		plugin("execute_show_command", "Runs a management command."),
		plugin("external_datatable", "Reads a table from outside."),
		plugin("infer_storage_schema", "Reads the schema of files in storage."),
		plugin("infer_storage_schema_with_suggestions", "Reads the schema of files in storage."),
		plugin("python", "Runs a program in Python."),
		plugin("r", "Runs a program in R."),
		plugin("csharp", "Runs a program in C#."),
	}
}
