package sqlgen

import "maps"

// refusals says why a builtin is not in the DuckDB dialect.
func refusals() map[string]string {
	list := map[string]string{}
	for _, r := range []struct {
		reason string
		names  []string
	}{
		{"evidence has no shards, cursors or principals", []string{
			"extent_id", "extent_tags", "row_id", "cursor_after", "cursor_before_or_at", "cursor_current", "current_principal_details",
			"current_principal_is_member_of", "current_node_id", "rowstore_ordinal_range",
		}},
		{"it has no documentation; write column_ifexists", []string{"iscolumnexists"}},
		{"it has no documentation; write row_rank_min or row_rank_dense", []string{"row_rank"}},
		{"what makes an estimate valid is not documented", []string{"hll_isvalid", "tdigest_isvalid"}},
		{"binding writes the names out", []string{"column_names_of"}},
		{"the rules of time zones of the machine that asks are not those of Kusto", []string{
			"datetime_list_timezones",
		}},
		{"how it counts at the ends of its periods is not documented", []string{
			"activity_engagement", "activity_metrics", "new_activity_metrics", "session_count",
		}},
		{"what columns it gives, and in which order of rows, is not documented", []string{
			"funnel_sequence", "funnel_sequence_completion", "sequence_detect", "schema_merge", "identity", "identity_v3", "estimate_rows_count",
		}},
		{"how it makes one estimate of several is not documented", []string{"dcount_intersect"}},
		{undocumented, []string{"autocluster", "basket", "diffpatterns", "diffpatterns_text"}},
		{"it has two results; write take and count", []string{"preview"}},
		{"nothing is fetched", []string{
			"ai_chat_completion", "ai_embeddings", "azure_digital_twins_query_request", "cosmosdb_sql_request", "mysql_request",
			"postgresql_request", "sql_request", "http_request", "http_request_post", "execute_query", "execute_show_command",
			"external_datatable", "infer_storage_schema", "infer_storage_schema_with_suggestions", "ai_chat_completion_prompt",
		}},
		{"no program of a query is run", []string{
			"python", "r", "csharp",
		}},
		{"how Kusto scores a period is not documented", []string{"series_periods_detect", "series_periods_validate"}},
		{"the scale of Kusto's transform is not documented", []string{"series_fft", "series_ifft"}},
		{"what its split_idx and right_interception count from is not documented", []string{"series_fit_2lines_dynamic"}},
		{"which of the many compressed forms of a text Kusto gives is not documented", []string{"gzip_compress_to_base64_string", "zlib_compress_to_base64_string"}},
		{"which types a schema names, and in which order, is documented by an example alone", []string{"buildschema"}},
		{"how Kusto combines hashes is not documented", []string{"hash_combine", "hash_many"}},
		{"evidence has no database, cluster or principal", []string{"current_database", "current_cluster_endpoint", "current_principal"}},
	} {
		for _, name := range r.names {
			list[name] = r.reason
		}
	}
	maps.Copy(list, geoRefusals())
	return list
}
