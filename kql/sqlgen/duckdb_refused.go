package sqlgen

// refusals says why a builtin is not in the DuckDB dialect.
func refusals() map[string]string {
	list := map[string]string{}
	for _, r := range []struct {
		reason string
		names  []string
	}{
		{"an estimate's inner form is Kusto's own", []string{"hll", "hll_merge", "hll_if", "tdigest", "tdigest_merge"}},
		{"it has no exact form yet", []string{
			"buildschema", "percentiles_array", "percentilew", "row_window_session", "treepath", "series_stats_dynamic", "series_fit_line_dynamic",
			"series_fit_2lines_dynamic", "series_outliers", "series_seasonal", "series_sum", "series_product", "series_magnitude", "series_dot_product",
			"series_cosine_similarity", "series_pearson_correlation", "series_add", "series_subtract", "series_multiply", "series_divide",
			"series_equals", "series_not_equals", "series_greater", "series_greater_equals", "series_less", "series_less_equals", "series_pow",
			"series_abs", "series_ceiling", "series_floor", "series_exp", "series_log", "series_sign", "series_sin", "series_cos", "series_tan",
			"series_asin", "series_acos", "series_atan", "series_fill_linear", "parse_xml", "gzip_compress_to_base64_string",
			"gzip_decompress_from_base64_string", "zlib_compress_to_base64_string", "zlib_decompress_from_base64_string",
			"punycode_from_string", "punycode_to_string", "punycode_domain_from_string", "punycode_domain_to_string",
			"base64_decode_toguid", "base64_encode_fromarray", "base64_encode_fromguid",
		}},
		{"how Kusto combines hashes is not documented", []string{"hash_combine", "hash_many"}},
		{"the rules by which Kusto reads a user agent are not published", []string{"parse_user_agent"}},
		{"no database of places is loaded", []string{"geo_info_from_ip_address"}},
		{"the rules of time zones of the machine that asks are not those of Kusto", []string{"datetime_local_to_utc", "datetime_utc_to_local"}},
		{"evidence does not record when its table took it in", []string{"ingestion_time"}},
		{"the same query must give the same answer", []string{"rand", "new_guid"}},
		{"evidence has no database, cluster or principal", []string{"current_database", "current_cluster_endpoint", "current_principal", "estimate_data_size"}},
		{"a query that fails on one row shows none", []string{"assert"}},
		{"its columns depend on the rows", []string{"bag_unpack", "pivot", "narrow"}},
		{"it is not implemented", []string{"autocluster", "basket", "diffpatterns", "ipv4_lookup", "ipv6_lookup", "preview"}},
	} {
		for _, name := range r.names {
			list[name] = r.reason
		}
	}
	return list
}
