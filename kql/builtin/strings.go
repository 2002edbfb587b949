package builtin

// texts are the functions of strings.
func texts() []Function {
	return []Function{
		{Name: "strcat", Signatures: sigs(sig(text, text).variadic().ofText()), Doc: "Joins its arguments as tostring prints them.", Traps: []string{"strcat('a', true) is 'aTrue'"}},
		{Name: "strcat_delim", Signatures: sigs(sig(text, text, text).variadic().ofText()), Doc: "Joins its arguments with the first between them."},
		{Name: "strlen", Column: PrefixedArg, Signatures: sigs(sig(long, text)), Doc: "The number of code points."},
		{Name: "string_size", Signatures: sigs(sig(long, text)), Doc: "The number of bytes in UTF-8."},
		{Name: "tolower", Signatures: sigs(sig(text, text)), Doc: "The text in lower case."},
		{Name: "toupper", Signatures: sigs(sig(text, text)), Doc: "The text in upper case."},
		{Name: "substring", Signatures: sigs(sig(text, text, long, long).optional(1)), Doc: "The part from a code point on, counted from 0.", Traps: []string{"a negative start counts from the end"}},
		{
			Name: "split", Signatures: sigs(sig(dynamic, text, text, long).optional(1)), Column: FirstArg,
			Doc:   "The parts between delimiters, as an array; with an index, an array of that part.",
			Traps: []string{"split('a=b', '=', 0) is the array ['a']"},
		},
		{Name: "extract", Signatures: sigs(sig(text, text, long, text)), Constant: []int{0}, Doc: "What a group of a regular expression captures first, or ''."},
		{
			Name: "extract_all", Signatures: sigs(sig(dynamic, text, text), sig(dynamic, text, dynamic, text)), Constant: []int{0},
			Doc: "All matches of a regular expression, as an array.", Traps: []string{"no match is null, not []"},
		},
		alias("extractall", "extract_all"),
		{Name: "indexof", Signatures: sigs(sig(long, text, text, long, long, long).optional(3).ofText()), Doc: "Where a text is first found, from 0, or -1.", Traps: []string{"indexof(s, '') is null"}},
		{Name: "indexof_regex", Signatures: sigs(sig(long, text, text, long, long, long).optional(3)), Doc: "Where a regular expression first matches, from 0, or -1."},
		{Name: "countof", Signatures: sigs(sig(long, text, text, text).optional(1)), Constant: []int{2}, Doc: "How often a text, or a regular expression, is found.", Traps: []string{"matches of a text overlap, those of an expression do not"}},
		{Name: "replace_string", Signatures: sigs(sig(text, text, text, text)), Doc: "Replaces every occurrence of a text.", Traps: []string{"replace_string(s, '', x) is s"}},
		{Name: "replace_regex", Signatures: sigs(sig(text, text, text, text)), Doc: "Replaces every match of a regular expression.", Traps: []string{`a group is written \1`}},
		{Name: "replace_strings", Signatures: sigs(sig(text, text, dynamic, dynamic), sig(text, text, dynamic, text)), Doc: "Replaces each text of an array by that of another."},
		{Name: "replace", Signatures: sigs(sig(text, text, text, text)), Doc: "Replaces matches of a regular expression; the expression comes first, the text last."},
		{Name: "trim", Signatures: sigs(sig(text, text, text)), Doc: "Removes one match of a regular expression at either end.", Traps: []string{`trim(@'\s', s) removes one space at each end, not all`}},
		{Name: "trim_start", Signatures: sigs(sig(text, text, text)), Doc: "Removes one match of a regular expression at the start."},
		{Name: "trim_end", Signatures: sigs(sig(text, text, text)), Doc: "Removes one match of a regular expression at the end."},
		{Name: "reverse", Signatures: sigs(sig(text, text).ofText()), Doc: "The text from end to start."},
		{Name: "repeat", Column: PrefixedArg, Prefix: "repeat", Signatures: sigs(sig(dynamic, anyType, long)), Doc: "An array of the value, that many times."},
		{Name: "strrep", Signatures: sigs(sig(text, text, long, text).optional(1).ofText()), Doc: "The text that many times, with a delimiter between."},
		{Name: "strcmp", Signatures: sigs(sig(long, text, text)), Doc: "-1, 0 or 1 as the first text is less, equal or greater."},
		{Name: "translate", Signatures: sigs(sig(text, text, text, text)), Doc: "Replaces characters by those at the same place of another list."},
		{Name: "isascii", Signatures: sigs(sig(boolean, text)), Doc: "True if every character is ASCII."},
		{Name: "isutf8", Signatures: sigs(sig(boolean, text)), Doc: "True if the text is valid UTF-8."},
		{Name: "regex_quote", Signatures: sigs(sig(text, text)), Doc: "The regular expression that matches just the text."},
		{Name: "format_bytes", Column: FirstArg, Signatures: sigs(sig(text, double, long, text).optional(2)), Doc: "A number of bytes in a unit that reads well."},
		{Name: "unicode_codepoints_from_string", Signatures: sigs(sig(dynamic, text)), Doc: "The code points of a text, as an array."},
		{Name: "unicode_codepoints_to_string", Signatures: sigs(sig(text, anyType).variadic()), Doc: "The text of code points."},
		alias("make_string", "unicode_codepoints_to_string"),
		alias("to_utf8", "unicode_codepoints_from_string"),
		{Name: "has_any_index", Signatures: sigs(sig(long, text, dynamic)), Doc: "The place of the first element that the text has as a term, or -1."},
	}
}

// encodings are the functions between a text and a coded form of it.
func encodings() []Function {
	one := sigs(sig(text, text))
	return []Function{
		{Name: "base64_decode_tostring", Signatures: one, Doc: "Decodes base64 to text, or to '' if it is not text."},
		{Name: "base64_decode_toarray", Signatures: sigs(sig(dynamic, text)), Doc: "Decodes base64 to an array of bytes."},
		{Name: "base64_decode_toguid", Signatures: sigs(sig(guid, text)), Doc: "Decodes base64 to a guid."},
		{Name: "base64_encode_tostring", Signatures: one, Doc: "Encodes a text in base64."},
		{Name: "base64_encode_fromarray", Signatures: sigs(sig(text, dynamic)), Doc: "Encodes an array of bytes in base64."},
		{Name: "base64_encode_fromguid", Signatures: sigs(sig(text, guid)), Doc: "Encodes a guid in base64."},
		alias("base64_decodestring", "base64_decode_tostring"),
		alias("base64_encodestring", "base64_encode_tostring"),
		{Name: "url_encode", Signatures: one, Doc: "Encodes a text for a URL, a space as +."},
		{Name: "url_encode_component", Signatures: one, Doc: "Encodes a text for a URL, a space as %20."},
		{Name: "url_decode", Signatures: one, Doc: "Decodes a text of a URL."},
		{Name: "punycode_from_string", Signatures: one, Doc: "Encodes a text in Punycode."},
		{Name: "punycode_to_string", Signatures: one, Doc: "Decodes Punycode."},
		{Name: "punycode_domain_from_string", Signatures: one, Doc: "Encodes each label of a domain in Punycode."},
		{Name: "punycode_domain_to_string", Signatures: one, Doc: "Decodes each label of a domain from Punycode."},
		{Name: "gzip_compress_to_base64_string", Signatures: one, Doc: "Compresses a text with gzip, in base64."},
		{Name: "gzip_decompress_from_base64_string", Signatures: one, Doc: "Decompresses gzip in base64."},
		{Name: "zlib_compress_to_base64_string", Signatures: one, Doc: "Compresses a text with zlib, in base64."},
		{Name: "zlib_decompress_from_base64_string", Signatures: one, Doc: "Decompresses zlib in base64."},
		{Name: "hash", Signatures: sigs(sig(long, anyType, long).optional(1)), Doc: "The xxHash64 of a value, or that modulo the second argument."},
		{Name: "hash_xxhash64", Signatures: sigs(sig(long, anyType, long).optional(1)), Doc: "The xxHash64 of a value, or that modulo the second argument."},
		{Name: "hash_md5", Signatures: sigs(sig(text, text).ofText()), Doc: "The MD5 of a value's text, in hexadecimal.", Traps: []string{"what is hashed is the text that tostring gives"}},
		{Name: "hash_sha1", Signatures: sigs(sig(text, text).ofText()), Doc: "The SHA-1 of a value's text, in hexadecimal."},
		{Name: "hash_sha256", Signatures: sigs(sig(text, text).ofText()), Doc: "The SHA-256 of a value's text, in hexadecimal."},
		{Name: "hash_combine", Signatures: sigs(sig(long, long, long).variadic()), Doc: "Combines hashes."},
		{Name: "hash_many", Signatures: sigs(sig(long, anyType, anyType).variadic()), Doc: "The combined hash of several values."},
	}
}
