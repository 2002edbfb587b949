package plan

// The functions that parse-kv calls. They are no builtins: no query can call
// them by name, and each dialect has them or refuses them.
const (
	// ParseKvFunc takes a text apart: (text, pair delimiter, delimiter of key
	// and value, quotes, escapes string, greedy bool) → dynamic, a bag of
	// strings; of a key that comes again, the first counts. Quotes are pairs of
	// an opening and a closing character, one behind the other.
	ParseKvFunc = "$parse_kv"
	// FirstPairsFunc makes a bag of an array of [key, value] arrays: (pairs
	// dynamic) → dynamic, of a key that comes again the first.
	FirstPairsFunc = "$first_pairs"
)
