package builtin

// addresses are the functions of IP addresses.
func addresses() []Function {
	return []Function{
		{Name: "ipv4_is_private", Signatures: sigs(sig(boolean, text)), Doc: "True if the address is of a private network."},
		{Name: "ipv4_is_in_range", Signatures: sigs(sig(boolean, text, text)), Doc: "True if the address is in the CIDR range."},
		{Name: "ipv4_is_in_any_range", Signatures: sigs(sig(boolean, text, dynamic), sig(boolean, text, text).variadic()), Doc: "True if the address is in any of the CIDR ranges."},
		{Name: "ipv4_is_match", Signatures: sigs(sig(boolean, text, text, long).optional(1)), Doc: "True if both addresses are equal under their prefixes."},
		{Name: "ipv4_compare", Signatures: sigs(sig(long, text, text, long).optional(1)), Doc: "-1, 0 or 1 as the first address is less, equal or greater."},
		{Name: "ipv4_netmask_suffix", Signatures: sigs(sig(long, text)), Doc: "The length of the address's prefix, or 32."},
		{Name: "ipv4_range_to_cidr_list", Signatures: sigs(sig(dynamic, text, text)), Doc: "The CIDR ranges that make up a range of addresses."},
		{Name: "parse_ipv4", Signatures: sigs(sig(long, text)), Doc: "The address as a number, or null."},
		{Name: "parse_ipv4_mask", Signatures: sigs(sig(long, text, long)), Doc: "The address under a prefix as a number, or null."},
		{Name: "format_ipv4", Signatures: sigs(sig(text, text, long).optional(1).ofText()), Doc: "The address under a prefix as text."},
		{Name: "format_ipv4_mask", Signatures: sigs(sig(text, text, long).optional(1).ofText()), Doc: "The address under a prefix in CIDR form."},
		{Name: "ipv6_is_in_range", Signatures: sigs(sig(boolean, text, text)), Doc: "True if the address is in the CIDR range."},
		{Name: "ipv6_is_in_any_range", Signatures: sigs(sig(boolean, text, dynamic), sig(boolean, text, text).variadic()), Doc: "True if the address is in any of the CIDR ranges."},
		{Name: "ipv6_is_match", Signatures: sigs(sig(boolean, text, text, long).optional(1)), Doc: "True if both addresses are equal under their prefixes."},
		{Name: "ipv6_compare", Signatures: sigs(sig(long, text, text, long).optional(1)), Doc: "-1, 0 or 1 as the first address is less, equal or greater."},
		{Name: "parse_ipv6", Signatures: sigs(sig(text, text)), Doc: "The address in full form, or ''."},
		{Name: "parse_ipv6_mask", Signatures: sigs(sig(text, text, long)), Doc: "The address under a prefix in full form, or ''."},
		{Name: "has_ipv4", Signatures: sigs(sig(boolean, text, text)), Doc: "True if the text has the address."},
		{Name: "has_ipv4_prefix", Signatures: sigs(sig(boolean, text, text)), Doc: "True if the text has an address of the prefix."},
		{Name: "has_any_ipv4", Signatures: sigs(sig(boolean, text, dynamic), sig(boolean, text, text).variadic()), Doc: "True if the text has any of the addresses."},
		{Name: "has_any_ipv4_prefix", Signatures: sigs(sig(boolean, text, dynamic), sig(boolean, text, text).variadic()), Doc: "True if the text has an address of any of the prefixes."},
		{Name: "geo_info_from_ip_address", Signatures: sigs(sig(dynamic, text)), Doc: "Where an address is, as far as a local database tells."},
		{Name: "geo_distance_2points", Signatures: sigs(sig(double, double, double, double, double)), Doc: "The metres between two points of longitude and latitude."},
		{Name: "geo_point_in_circle", Signatures: sigs(sig(boolean, double, double, double, double, double)), Doc: "True if a point is within a radius, in metres, of another."},
	}
}

// parsers are the functions that take a text apart.
func parsers() []Function {
	one := sigs(sig(dynamic, text))
	return []Function{
		{Name: "parse_url", Signatures: one, Doc: "The parts of a URL, as a bag."},
		alias("parseurl", "parse_url"),
		{Name: "parse_urlquery", Signatures: one, Doc: "The parameters of a URL's query, as a bag."},
		{Name: "parse_path", Signatures: one, Doc: "The parts of a file's path, as a bag."},
		{Name: "parse_csv", Column: FirstArg, Signatures: one, Doc: "The fields of a line of CSV, as an array."},
		alias("parsecsv", "parse_csv"),
		{Name: "parse_xml", Column: FirstArg, Signatures: one, Doc: "An XML text as bags."},
		alias("parsexml", "parse_xml"),
		{Name: "parse_version", Signatures: sigs(sig(decimal, text)), Doc: "A version as a number that orders as versions do."},
		{Name: "parse_command_line", Signatures: sigs(sig(dynamic, text, text)), Constant: []int{1}, Doc: "The arguments of a command line, as an array."},
		{Name: "parse_user_agent", Signatures: sigs(sig(dynamic, text, text), sig(dynamic, text, dynamic)), Constant: []int{1}, Doc: "What a user agent tells of browser, system and device."},
	}
}

// environment is what a query asks of where it runs.
func environment() []Function {
	return []Function{
		{Name: "new_guid", Signatures: sigs(sig(guid)), Doc: "A guid that looks random.", Traps: placed()},
		{Name: "estimate_data_size", Signatures: sigs(sig(long, anyType).variadic()), Doc: "The bytes that columns take, about."},
		{Name: "column_names_of", Replaced: true, Signatures: sigs(sig(dynamic, anyType)), Doc: "The names of a table's columns, as an array."},
		{Name: "current_database", Signatures: sigs(sig(text)), Doc: "The name of the database."},
		{Name: "current_cluster_endpoint", Signatures: sigs(sig(text)), Doc: "The address of the cluster."},
		{Name: "current_principal", Signatures: sigs(sig(text)), Doc: "Who asks."},
	}
}
