package builtin

// statistics are the functions of distributions, digests and units.
func statistics() []Function {
	list := []Function{
		{Name: "erf", Column: FirstArg, Signatures: sigs(sig(double, double)), Doc: "The error function."},
		{Name: "erfc", Signatures: sigs(sig(double, double)), Doc: "One less the error function."},
		{Name: "beta_cdf", Signatures: sigs(sig(double, double, double, double)), Doc: "The cumulative beta distribution."},
		{Name: "beta_inv", Signatures: sigs(sig(double, double, double, double)), Doc: "The inverse of the cumulative beta distribution."},
		{Name: "beta_pdf", Signatures: sigs(sig(double, double, double, double)), Doc: "The density of the beta distribution."},
		{Name: "welch_test", Signatures: sigs(sig(double, double, double, double, double, double, double)), Doc: "The p-value of Welch's test that two means are equal."},
		{Name: "dcount_hll", Column: PrefixedArg, Signatures: sigs(sig(long, dynamic)), Doc: "How many distinct values an estimate of hll holds."},
		{Name: "percentrank_tdigest", Signatures: sigs(sig(double, dynamic, anyType)), Doc: "The rank of a value in a digest, as a percentage."},
		{Name: "rank_tdigest", Signatures: sigs(sig(double, dynamic, anyType)), Doc: "The rank of a value in a digest."},
		{Name: "merge_tdigest", Signatures: sigs(sig(dynamic, dynamic).variadic()), Doc: "One digest of several."},
		{Name: "percentiles_array_tdigest", Signatures: sigs(sig(dynamic, dynamic, dynamic), sig(dynamic, dynamic, double).variadic()), Doc: "Percentiles of a digest."},
		{
			Name: "percentile_tdigest", Column: PrefixedArg, Doc: "A percentile of a digest.",
			Signatures: sigs(sig(dynamic, dynamic, double)), Constant: []int{1},
		},
		{
			Name: "bin_auto", Column: FirstArg, Replaced: true, Doc: "The bin of a value, of the size that set query_bin_auto_size says; in a plan it is bin_at.",
			Signatures: sigs(sig(long, long), sig(double, double), sig(instant, instant), sig(span, span)),
		},
		{
			Name: "around", Doc: "True if a value is within a distance of another.",
			Signatures: sigs(sig(boolean, long, long, long), sig(boolean, double, double, double), sig(boolean, instant, instant, span), sig(boolean, span, span, span)),
		},
	}
	for _, quantity := range []struct{ name, article string }{
		{"angle", "an "},
		{"energy", "an "},
		{"force", "a "},
		{"length", "a "},
		{"mass", "a "},
		{"speed", "a "},
		{"temperature", "a "},
		{"volume", "a "},
	} {
		list = append(list, Function{
			Name: "convert_" + quantity.name, Signatures: sigs(sig(double, double, text, text)),
			Doc: "A value of " + quantity.article + quantity.name + " in another unit.",
		})
	}
	return list
}

// placed is the trap of functions that give another value each time they are
// called.
func placed() []string {
	return []string{"the same query gives the same values: they come from the place of the row"}
}

// ofTheService are the functions that ask about the service, its storage or
// who asks.
func ofTheService() []Function {
	return []Function{
		{Name: "extent_id", Signatures: sigs(sig(guid)), Doc: "The shard of a row."},
		{Name: "extent_tags", Signatures: sigs(sig(dynamic)), Doc: "The tags of the shard of a row."},
		{Name: "row_id", Signatures: sigs(sig(text)), Doc: "The name of a row in its shard."},
		{Name: "cursor_after", Signatures: sigs(sig(boolean, text)), Doc: "True if a row was ingested after a cursor."},
		{Name: "cursor_before_or_at", Signatures: sigs(sig(boolean, text)), Doc: "True if a row was ingested not after a cursor."},
		{Name: "cursor_current", Signatures: sigs(sig(text)), Doc: "The cursor of now."},
		{Name: "current_principal_details", Signatures: sigs(sig(dynamic)), Doc: "Who asks."},
		{Name: "current_principal_is_member_of", Signatures: sigs(sig(boolean, anyType).variadic()), Doc: "True if who asks belongs to a group."},
		{Name: "datetime_list_timezones", Signatures: sigs(sig(dynamic)), Doc: "The names of the time zones."},
		{Name: "row_rank", Signatures: sigs(sig(long, anyType, boolean).optional(1)), Doc: "The rank of a row, under a name that was given up."},
		{Name: "current_node_id", Signatures: sigs(sig(text)), Doc: "The machine of the service that answers."},
		{Name: "rowstore_ordinal_range", Signatures: sigs(sig(dynamic)), Doc: "The part of the store of new rows."},
		{Name: "hll_isvalid", Signatures: sigs(sig(boolean, dynamic, anyType)), Doc: "True if a value is an estimate of a count."},
		{Name: "tdigest_isvalid", Signatures: sigs(sig(boolean, dynamic, anyType)), Doc: "True if a value is an estimate of percentiles."},
		{Name: "iscolumnexists", Signatures: sigs(sig(boolean, text)), Doc: "True if there is such a column."},
		alias("current_cursor", "cursor_current"),
		alias("extentid", "extent_id"),
		alias("datepart", "datetime_part"),
		alias("parseurlquery", "parse_urlquery"),
		{Name: "ai_chat_completion_prompt", Signatures: sigs(sig(text, text)), Doc: "The prompt for a language model."},
	}
}
