// The hot functions of the dialect, as DuckDB calls them: one call for each
// chunk of rows. They read vectors in place, never raise an error and never
// call into the database but to store a string.

#include "functions.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The part of DuckDB's stable C interface that is used here.
idx_t duckdb_data_chunk_get_size(void *chunk);
void *duckdb_data_chunk_get_vector(void *chunk, idx_t column);
void *duckdb_vector_get_data(void *vector);
uint64_t *duckdb_vector_get_validity(void *vector);
void duckdb_vector_ensure_validity_writable(void *vector);
void duckdb_unsafe_vector_assign_string_element_len(void *vector, idx_t row, const char *text, idx_t length);
void *duckdb_list_vector_get_child(void *vector);
idx_t duckdb_list_vector_get_size(void *vector);
int duckdb_list_vector_set_size(void *vector, idx_t size);
int duckdb_list_vector_reserve(void *vector, idx_t capacity);
void *duckdb_scalar_function_get_extra_info(void *info);
void *duckdb_create_aggregate_function(void);
void duckdb_destroy_aggregate_function(void **function);
void duckdb_aggregate_function_set_name(void *function, const char *name);
void duckdb_aggregate_function_set_error(void *info, const char *error);
void duckdb_aggregate_function_add_parameter(void *function, void *type);
void duckdb_aggregate_function_set_return_type(void *function, void *type);
void duckdb_aggregate_function_set_functions(void *function, void *size, void *init, void *update, void *combine,
                                             void *finalize);
void duckdb_aggregate_function_set_destructor(void *function, void *destroy);
void duckdb_aggregate_function_set_special_handling(void *function);
int duckdb_register_aggregate_function(void *connection, void *function);
void *duckdb_create_logical_type(int type);
void duckdb_destroy_logical_type(void **type);

enum { TYPE_BIGINT = 5, TYPE_VARCHAR = 17 };

typedef union {
	struct {
		uint32_t length;
		char bytes[12];
	} near;
	struct {
		uint32_t length;
		char prefix[4];
		char *pointer;
	} far;
} string_value;

typedef struct {
	uint64_t offset, length;
} list_entry;

typedef struct {
	const char *p;
	size_t n;
} text;

static inline text text_of(string_value *s) {
	text t = {s->near.length <= 12 ? s->near.bytes : s->far.pointer, s->near.length};
	return t;
}

// A column is an input vector.
typedef struct {
	void *data;
	uint64_t *validity;
} column;

static column column_of(void *vector) {
	column c = {duckdb_vector_get_data(vector), duckdb_vector_get_validity(vector)};
	return c;
}

static column argument(void *chunk, idx_t i) { return column_of(duckdb_data_chunk_get_vector(chunk, i)); }

static inline bool is_null(const column *c, idx_t row) {
	return c->validity && !((c->validity[row >> 6] >> (row & 63)) & 1);
}

static inline text text_at(const column *c, idx_t row) {
	if (is_null(c, row)) {
		text none = {"", 0};
		return none;
	}
	return text_of((string_value *)c->data + row);
}

static void set_null(void *vector, idx_t row) {
	duckdb_vector_ensure_validity_writable(vector);
	duckdb_vector_get_validity(vector)[row >> 6] &= ~(1ULL << (row & 63));
}

static inline void set_text(void *vector, idx_t row, const char *p, size_t n) {
	duckdb_unsafe_vector_assign_string_element_len(vector, row, p, n);
}

void kql_assign(void *vector, const char *bytes, const uint64_t *ends, const bool *null, idx_t start, idx_t rows) {
	uint64_t from = 0;
	for (idx_t i = 0; i < rows; i++) {
		if (null[i]) set_null(vector, start + i);
		else set_text(vector, start + i, bytes + from, ends[i] - from);
		from = ends[i];
	}
}

// ---- words of bytes --------------------------------------------------------

#define EACH_BYTE(c) (0x0101010101010101ULL * (c))

// zero_byte is not 0 if a byte of w is; below tells it of a byte less than n,
// which is at most 128.
static inline uint64_t zero_byte(uint64_t w) { return (w - EACH_BYTE(1)) & ~w & EACH_BYTE(0x80); }
static inline uint64_t below(uint64_t w, uint64_t n) { return (w - EACH_BYTE(1) * n) & ~w & EACH_BYTE(0x80); }

static inline uint64_t load8(const char *p) {
	uint64_t w;
	memcpy(&w, p, 8);
	return w;
}

// ---- characters -----------------------------------------------------------

// A character's entry in the table: its upper case in the low 21 bits, and
// whether it is a letter or a digit in the highest one.
#define ALNUM 0x80000000u
#define UPPER 0x001fffffu

static inline uint32_t decode(const char *p, size_t n, size_t *size) {
	unsigned char c = (unsigned char)p[0];
	if (c < 0x80 || n < 2) {
		*size = 1;
		return c;
	}
	if (c < 0xe0) {
		*size = 2;
		return (c & 0x1fu) << 6 | (p[1] & 0x3fu);
	}
	if (c < 0xf0 && n >= 3) {
		*size = 3;
		return (c & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
	}
	if (n >= 4) {
		*size = 4;
		return (c & 0x07u) << 18 | (p[1] & 0x3fu) << 12 | (p[2] & 0x3fu) << 6 | (p[3] & 0x3fu);
	}
	*size = 1;
	return c;
}

static inline uint32_t entry(const uint32_t *table, uint32_t c) { return c < KQL_CHARACTERS ? table[c] : c; }

// matches tells whether needle stands at the start of hay, and how many bytes
// of hay it takes: letters of different case may differ in length.
static inline bool matches(const uint32_t *table, text hay, text needle, bool fold, size_t *taken) {
	size_t i = 0, k = 0;
	while (k < needle.n) {
		if (i >= hay.n) return false;
		unsigned char a = (unsigned char)hay.p[i], b = (unsigned char)needle.p[k];
		if (a == b && a < 0x80) {
			i++, k++;
			continue;
		}
		if (!fold) {
			if (a != b) return false;
			i++, k++;
			continue;
		}
		size_t na, nb;
		uint32_t ca = decode(hay.p + i, hay.n - i, &na), cb = decode(needle.p + k, needle.n - k, &nb);
		if ((entry(table, ca) & UPPER) != (entry(table, cb) & UPPER)) return false;
		i += na, k += nb;
	}
	*taken = i;
	return true;
}

static bool alnum_at(const uint32_t *table, text t, size_t i) {
	size_t n;
	return entry(table, decode(t.p + i, t.n - i, &n)) & ALNUM;
}

static bool alnum_before(const uint32_t *table, text t, size_t i) {
	if (i == 0) return false;
	size_t k = i - 1;
	while (k > 0 && ((unsigned char)t.p[k] & 0xc0) == 0x80) k--;
	return alnum_at(table, t, k);
}

// A term is a needle that is looked for in many texts. An ASCII one is looked
// for by the letter of it that texts have least often.
typedef struct {
	text needle;
	bool fold, left, right; // left, right: it must start, end where a term does
	bool ascii;
	size_t rare; // the place of that letter
	unsigned char letter, mask;
} term;

static inline unsigned char lower(unsigned char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; }

static int rarity(unsigned char c) {
	static const char common[] = "etaoinsrlcdmhpugfbvykwxjzq";
	const char *at = c ? strchr(common, lower(c)) : NULL;
	return at ? (int)(at - common) : 0; // digits and signs are everywhere in a log
}

// prepare makes a term. An end of needle that is not itself a letter or a digit
// is a boundary already.
static term prepare(const uint32_t *table, text needle, bool fold, bool left, bool right) {
	term t = {needle, fold, left, right, true, 0, 0, 0};
	if (needle.n == 0) return t;
	t.left = left && alnum_at(table, needle, 0);
	t.right = right && alnum_before(table, needle, needle.n);
	for (size_t i = 0; i < needle.n; i++) {
		unsigned char c = (unsigned char)needle.p[i];
		if (c >= 0x80) t.ascii = false;
		if (rarity(c) > rarity((unsigned char)needle.p[t.rare])) t.rare = i;
	}
	t.letter = (unsigned char)needle.p[t.rare];
	if (fold && lower(t.letter) >= 'a' && lower(t.letter) <= 'z') t.letter = lower(t.letter), t.mask = 0x20;
	return t;
}

// bounded tells whether an occurrence from from to to may stand where it does.
static inline bool bounded(const uint32_t *table, text hay, const term *t, size_t from, size_t to) {
	if (t->left && alnum_before(table, hay, from)) return false;
	return !(t->right && to < hay.n && alnum_at(table, hay, to));
}

static inline bool same_ascii(const char *p, const term *t) {
	for (size_t k = 0; k < t->needle.n; k++) {
		unsigned char a = (unsigned char)p[k], b = (unsigned char)t->needle.p[k];
		if (a != b && !(t->fold && lower(a) == lower(b))) return false;
	}
	return true;
}

static inline bool occurs_at(const uint32_t *table, text hay, const term *t, size_t i) {
	return same_ascii(hay.p + i, t) && bounded(table, hay, t, i, i + t->needle.n);
}

static bool found_ascii(const uint32_t *table, text hay, const term *t) {
	if (hay.n < t->needle.n) return false;
	const char *p = hay.p + t->rare;
	size_t places = hay.n - t->needle.n + 1, i = 0;
	uint64_t mask = EACH_BYTE((uint64_t)t->mask), letter = EACH_BYTE((uint64_t)t->letter);
	for (; i + 8 <= places; i += 8) {
		uint64_t hit = zero_byte((load8(p + i) | mask) ^ letter);
		for (size_t k = i; hit && k < i + 8; k++)
			if ((((unsigned char)p[k]) | t->mask) == t->letter && occurs_at(table, hay, t, k)) return true;
	}
	for (; i < places; i++)
		if ((((unsigned char)p[i]) | t->mask) == t->letter && occurs_at(table, hay, t, i)) return true;
	return false;
}

// found tells whether a term occurs in hay.
static bool found(const uint32_t *table, text hay, const term *t) {
	if (t->needle.n == 0) return true;
	if (t->ascii) return found_ascii(table, hay, t);
	unsigned char first = (unsigned char)t->needle.p[0];
	bool any = t->fold && first >= 0x80;
	for (size_t i = 0; i < hay.n; i++) {
		unsigned char c = (unsigned char)hay.p[i];
		if (any ? (c & 0xc0) == 0x80 || c < 0x80 : lower(c) != lower(first)) continue;
		text rest = {hay.p + i, hay.n - i};
		size_t taken;
		if (matches(table, rest, t->needle, t->fold, &taken) && bounded(table, hay, t, i, i + taken)) return true;
	}
	return false;
}

static bool ends(const uint32_t *table, text hay, text needle, bool fold) {
	size_t i = hay.n, k = needle.n;
	while (k > 0) {
		if (i == 0) return false;
		do i--;
		while (i > 0 && ((unsigned char)hay.p[i] & 0xc0) == 0x80);
		do k--;
		while (k > 0 && ((unsigned char)needle.p[k] & 0xc0) == 0x80);
		text a = {hay.p + i, hay.n - i}, b = {needle.p + k, needle.n - k};
		size_t na, nb;
		uint32_t ca = decode(a.p, a.n, &na), cb = decode(b.p, b.n, &nb);
		if (fold) ca = entry(table, ca) & UPPER, cb = entry(table, cb) & UPPER;
		if (ca != cb) return false;
	}
	return true;
}

static bool starts(const uint32_t *table, text hay, text needle, bool fold) {
	size_t taken;
	return matches(table, hay, needle, fold, &taken);
}

static bool equal(const uint32_t *table, text hay, text needle) {
	size_t taken;
	return matches(table, hay, needle, true, &taken) && taken == hay.n;
}

#define PREDICATE(name, test)                                                      \
	static void name(void *info, void *in, void *out) {                               \
		const uint32_t *table = duckdb_scalar_function_get_extra_info(info); \
		idx_t rows = duckdb_data_chunk_get_size(in);                       \
		column hays = argument(in, 0), needles = argument(in, 1);          \
		bool *result = duckdb_vector_get_data(out);                        \
		for (idx_t i = 0; i < rows; i++) {                                 \
			text hay = text_at(&hays, i), needle = text_at(&needles, i); \
			result[i] = test;                                          \
		}                                                                  \
	}

// same_value tells whether two string values are the same bytes in the same
// place, as a constant is from row to row.
static inline bool same_value(const string_value *a, const string_value *b) { return memcmp(a, b, sizeof *a) == 0; }

// search looks for the needle of each row, most often one for all rows.
static void search(void *info, void *in, void *out, bool fold, bool left, bool right) {
	const uint32_t *table = duckdb_scalar_function_get_extra_info(info);
	idx_t rows = duckdb_data_chunk_get_size(in);
	column hays = argument(in, 0), needles = argument(in, 1);
	bool *result = duckdb_vector_get_data(out);
	const string_value *values = needles.data, *last = NULL;
	if (rows == 0) return;
	term t = prepare(table, text_at(&needles, 0), fold, left, right);
	for (idx_t i = 0; i < rows; i++) {
		if (needles.validity || (last && !same_value(last, &values[i]))) t = prepare(table, text_at(&needles, i), fold, left, right);
		last = &values[i];
		result[i] = found(table, text_at(&hays, i), &t);
	}
}

#define SEARCH(name, fold, left, right) \
	static void name(void *info, void *in, void *out) { search(info, in, out, fold, left, right); }

SEARCH(kql_has, true, true, true)
SEARCH(kql_has_cs, false, true, true)
SEARCH(kql_hasprefix, true, true, false)
SEARCH(kql_hasprefix_cs, false, true, false)
SEARCH(kql_hassuffix, true, false, true)
SEARCH(kql_hassuffix_cs, false, false, true)
SEARCH(kql_contains, true, false, false)
PREDICATE(kql_startswith, starts(table, hay, needle, true))
PREDICATE(kql_endswith, ends(table, hay, needle, true))
PREDICATE(kql_equal, equal(table, hay, needle))

// search_list looks for the terms of each row's list until one is found, or is
// not, as stop says.
static void search_list(void *info, void *in, void *out, bool stop) {
	const uint32_t *table = duckdb_scalar_function_get_extra_info(info);
	idx_t rows = duckdb_data_chunk_get_size(in);
	column hays = argument(in, 0), lists = argument(in, 1);
	column needles = column_of(duckdb_list_vector_get_child(duckdb_data_chunk_get_vector(in, 1)));
	bool *result = duckdb_vector_get_data(out);
	list_entry last = {0, 0};
	term *terms = NULL;
	for (idx_t i = 0; i < rows; i++) {
		list_entry e = {0, 0};
		if (!is_null(&lists, i)) e = ((list_entry *)lists.data)[i];
		if (e.offset != last.offset || e.length != last.length) {
			terms = realloc(terms, (e.length + 1) * sizeof *terms);
			if (!terms) abort();
			for (idx_t k = 0; k < e.length; k++) terms[k] = prepare(table, text_at(&needles, e.offset + k), true, true, true);
			last = e;
		}
		text hay = text_at(&hays, i);
		bool answer = !stop;
		for (idx_t k = 0; k < e.length && answer != stop; k++) answer = found(table, hay, &terms[k]);
		result[i] = answer;
	}
	free(terms);
}

static void kql_has_any(void *info, void *in, void *out) { search_list(info, in, out, true); }
static void kql_has_all(void *info, void *in, void *out) { search_list(info, in, out, false); }

static size_t utf8(uint32_t c, char *p) {
	if (c < 0x80) {
		p[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		p[0] = (char)(0xc0 | c >> 6), p[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		p[0] = (char)(0xe0 | c >> 12), p[1] = (char)(0x80 | (c >> 6 & 0x3f)), p[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	p[0] = (char)(0xf0 | c >> 18), p[1] = (char)(0x80 | (c >> 12 & 0x3f));
	p[2] = (char)(0x80 | (c >> 6 & 0x3f)), p[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

// kql_fold maps every character to its upper case, so that texts that differ
// only in case become equal.
static void kql_fold(void *info, void *in, void *out) {
	const uint32_t *table = duckdb_scalar_function_get_extra_info(info);
	idx_t rows = duckdb_data_chunk_get_size(in);
	column values = argument(in, 0);
	size_t room = 0;
	char *buffer = NULL;
	for (idx_t i = 0; i < rows; i++) {
		text t = text_at(&values, i);
		if (room < t.n * 3 + 4) {
			room = t.n * 3 + 64;
			free(buffer);
			buffer = malloc(room);
			if (!buffer) abort();
		}
		size_t n = 0;
		for (size_t k = 0; k < t.n;) {
			size_t size;
			uint32_t c = decode(t.p + k, t.n - k, &size);
			k += size;
			n += utf8(entry(table, c) & UPPER, buffer + n);
		}
		set_text(out, i, buffer, n);
	}
	free(buffer);
}

// A pattern is the parts of parse, one behind the other: "c" is a capture, "*"
// a skip, and "=5:hello" a text. A part between two texts ends where the second
// is first found; the last one takes all that is left.

// part_text returns the text of the part at i and moves i past it; NULL and
// not moved if another part stands there.
static text part_text(text pattern, size_t *i) {
	text t = {NULL, 0};
	if (*i >= pattern.n || pattern.p[*i] != '=') return t;
	size_t k = *i + 1, n = 0;
	while (k < pattern.n && pattern.p[k] != ':') n = n * 10 + (size_t)(pattern.p[k++] - '0');
	t.p = pattern.p + k + 1, t.n = n;
	*i = k + 1 + n;
	return t;
}

#define NOWHERE SIZE_MAX

// index_of returns where needle, which is not empty, first stands in hay.
static size_t index_of(text hay, text needle) {
	for (size_t i = 0; i + needle.n <= hay.n; i++) {
		const char *at = memchr(hay.p + i, needle.p[0], hay.n - needle.n + 1 - i);
		if (!at) return NOWHERE;
		i = (size_t)(at - hay.p);
		if (memcmp(at, needle.p, needle.n) == 0) return i;
	}
	return NOWHERE;
}

// capture finds capture number wanted, from 1 on, of a text that matches;
// whether it does must be known of every part, also of those behind it.
static bool capture(text rest, text pattern, int64_t wanted, text *result) {
	size_t i = 0;
	while (i < pattern.n) {
		text literal = part_text(pattern, &i);
		if (literal.p) {
			if (rest.n < literal.n || memcmp(rest.p, literal.p, literal.n) != 0) return false;
			rest.p += literal.n, rest.n -= literal.n;
			continue;
		}
		bool captures = pattern.p[i++] == 'c';
		size_t next = i, length = rest.n;
		if (i < pattern.n) {
			literal = part_text(pattern, &next);
			length = 0;
			if (literal.n && (length = index_of(rest, literal)) == NOWHERE) return false;
		}
		if (captures && --wanted == 0) result->p = rest.p, result->n = length;
		rest.p += length, rest.n -= length;
	}
	return true;
}

// kql_capture returns a capture; of number 0 an empty text. What does not match
// has none: null.
static void kql_capture(void *info, void *in, void *out) {
	(void)info;
	idx_t rows = duckdb_data_chunk_get_size(in);
	column values = argument(in, 0), patterns = argument(in, 1), numbers = argument(in, 2);
	for (idx_t i = 0; i < rows; i++) {
		text found = {"", 0};
		if (capture(text_at(&values, i), text_at(&patterns, i), ((int64_t *)numbers.data)[i], &found)) set_text(out, i, found.p, found.n);
		else set_null(out, i);
	}
}

// ---- arithmetic -----------------------------------------------------------

#define BINARY(name, type, expression, undefined)                                     \
	static void name(void *info, void *in, void *out) {                                  \
		(void)info;                                                           \
		idx_t rows = duckdb_data_chunk_get_size(in);                          \
		column as = argument(in, 0), bs = argument(in, 1);                    \
		type *result = duckdb_vector_get_data(out);                           \
		for (idx_t i = 0; i < rows; i++) {                                    \
			if (is_null(&as, i) || is_null(&bs, i)) {                     \
				set_null(out, i);                                     \
				continue;                                             \
			}                                                             \
			type a = ((type *)as.data)[i], b = ((type *)bs.data)[i];      \
			if (undefined) set_null(out, i);                              \
			else result[i] = expression;                                  \
		}                                                                     \
	}

// modulo is Euclidean: never negative.
static int64_t modulo(int64_t a, int64_t b) {
	if (b == -1) return 0;
	int64_t r = a % b;
	return r < 0 ? (b < 0 ? r - b : r + b) : r;
}

static double modulo_real(double a, double b) {
	double r = fmod(a, b);
	return r < 0 ? r + fabs(b) : r;
}

// floor_to is the greatest multiple of b that is not above a.
static int64_t floor_to(int64_t a, int64_t b) {
	int64_t r = a % b;
	if (r < 0) r += b;
	return (int64_t)((uint64_t)a - (uint64_t)r);
}

BINARY(kql_add, int64_t, (int64_t)((uint64_t)a + (uint64_t)b), false)
BINARY(kql_subtract, int64_t, (int64_t)((uint64_t)a - (uint64_t)b), false)
BINARY(kql_multiply, int64_t, (int64_t)((uint64_t)a * (uint64_t)b), false)
BINARY(kql_divide, int64_t, b == -1 ? (int64_t)(0 - (uint64_t)a) : a / b, b == 0)
BINARY(kql_modulo, int64_t, modulo(a, b), b == 0)
BINARY(kql_bin, int64_t, floor_to(a, b), b <= 0)
BINARY(kql_modulo_real, double, modulo_real(a, b), false)
BINARY(kql_bin_real, double, floor(a / b) * b, !(b > 0))

// The last instant of year 9999, the greatest datetime.
#define LAST_TICK 3155378975999999999LL

static bool out_of_time(int64_t a, int64_t b) {
	int64_t sum;
	return __builtin_add_overflow(a, b, &sum) || sum < 0 || sum > LAST_TICK;
}

BINARY(kql_add_time, int64_t, a + b, out_of_time(a, b))

static void kql_wrap(void *info, void *in, void *out) {
	(void)info;
	idx_t rows = duckdb_data_chunk_get_size(in);
	column as = argument(in, 0);
	int64_t *result = duckdb_vector_get_data(out);
	for (idx_t i = 0; i < rows; i++) {
		if (is_null(&as, i)) set_null(out, i);
		else result[i] = (int64_t)((uint64_t *)as.data)[2 * i];
	}
}

// ---- JSON -----------------------------------------------------------------

// Every dynamic value is canonical: valid, without white space, and with no
// escape that is not needed. Still no scan goes past the end.

static size_t skip_string(text j, size_t i) {
	for (i++; i < j.n; i++) {
		const char *q = memchr(j.p + i, '"', j.n - i);
		if (!q) return j.n;
		i = (size_t)(q - j.p);
		size_t k = i;
		while (k > 0 && j.p[k - 1] == '\\') k--;
		if (((i - k) & 1) == 0) return i + 1;
	}
	return j.n;
}

static size_t skip_value(text j, size_t i) {
	if (i >= j.n) return j.n;
	if (j.p[i] == '"') return skip_string(j, i);
	if (j.p[i] == '{' || j.p[i] == '[') {
		size_t depth = 0;
		while (i < j.n) {
			char c = j.p[i];
			if (c == '"') {
				i = skip_string(j, i);
				continue;
			}
			i++;
			if (c == '{' || c == '[') depth++;
			else if ((c == '}' || c == ']') && --depth == 0) return i;
		}
		return j.n;
	}
	while (i < j.n && j.p[i] != ',' && j.p[i] != '}' && j.p[i] != ']') i++;
	return i;
}

static const text nothing = {NULL, 0};

static text span(text j, size_t from, size_t to) {
	text t = {j.p + from, to - from};
	return t;
}

// member returns the value of the last member called name, whose escapes are
// canonical too.
static text member(text j, text name) {
	text result = nothing;
	if (j.n < 2 || j.p[0] != '{') return result;
	size_t i = 1;
	while (i < j.n && j.p[i] == '"') {
		size_t key = i + 1;
		i = skip_string(j, i);
		size_t length = i - key - 1;
		i++;
		size_t from = i;
		i = skip_value(j, i);
		if (length == name.n && memcmp(j.p + key, name.p, name.n) == 0) result = span(j, from, i);
		i++;
	}
	return result;
}

static int64_t array_length(text j) {
	if (j.n < 2 || j.p[0] != '[') return -1;
	if (j.p[1] == ']') return 0;
	int64_t n = 0;
	for (size_t i = 1; i < j.n; i++) {
		i = skip_value(j, i);
		n++;
	}
	return n;
}

static text element(text j, int64_t index) {
	if (j.n < 2 || j.p[0] != '[' || j.p[1] == ']') return nothing;
	if (index < 0) index += array_length(j);
	if (index < 0) return nothing;
	for (size_t i = 1; i < j.n; i++) {
		size_t from = i;
		i = skip_value(j, i);
		if (index-- == 0) return span(j, from, i);
	}
	return nothing;
}

static bool is_json_null(text j) { return j.p == NULL || (j.n == 4 && memcmp(j.p, "null", 4) == 0); }

// walk follows a path: "m3:abc" is a member, "i-1;" an element.
static text walk(text j, text path) {
	size_t i = 0;
	while (i < path.n && j.p) {
		char kind = path.p[i++];
		bool negative = i < path.n && path.p[i] == '-';
		if (negative) i++;
		int64_t number = 0;
		while (i < path.n && path.p[i] >= '0' && path.p[i] <= '9') number = number * 10 + (path.p[i++] - '0');
		i++;
		if (kind == 'i') {
			j = element(j, negative ? -number : number);
			continue;
		}
		j = member(j, span(path, i, i + (size_t)number));
		i += (size_t)number;
	}
	return j;
}

static uint32_t hex4(const char *p) {
	uint32_t c = 0;
	for (int k = 0; k < 4; k++) {
		char d = p[k];
		c = c << 4 | (uint32_t)(d <= '9' ? d - '0' : (d | 32) - 'a' + 10);
	}
	return c;
}

// unescape writes the text of a JSON string, quotes and all, to buffer, which
// has room for j.n bytes.
static size_t unescape(text j, char *buffer) {
	size_t n = 0;
	for (size_t i = 1; i + 1 < j.n; i++) {
		char c = j.p[i];
		if (c != '\\') {
			buffer[n++] = c;
			continue;
		}
		switch (c = j.p[++i]) {
		case 'b': buffer[n++] = '\b'; break;
		case 'f': buffer[n++] = '\f'; break;
		case 'n': buffer[n++] = '\n'; break;
		case 'r': buffer[n++] = '\r'; break;
		case 't': buffer[n++] = '\t'; break;
		case 'u':
			if (i + 5 < j.n) n += utf8(hex4(j.p + i + 1), buffer + n);
			i += 4;
			break;
		default: buffer[n++] = c;
		}
	}
	return n;
}

// print_real writes the fewest digits that give x back, with an exponent from
// 1E+15 up and from 1E-05 down, as types.FormatReal does.
static size_t print_real(double x, char *buffer) {
	if (isnan(x)) return (size_t)sprintf(buffer, "NaN");
	if (isinf(x)) return (size_t)sprintf(buffer, x > 0 ? "Infinity" : "-Infinity");
	if (x == 0) return (size_t)sprintf(buffer, "0");
	char scientific[40];
	int precision = fabs(x) < 2.3e-308 ? 0 : 14; // a denormal number has fewer digits
	do sprintf(scientific, "%.*E", precision, x);
	while (strtod(scientific, NULL) != x && ++precision < 17);
	char *e = strchr(scientific, 'E');
	int exponent = atoi(e + 1);
	char *end = e;
	while (end[-1] == '0') end--;
	if (end[-1] == '.') end--;
	char *p = buffer, *d = scientific;
	if (*d == '-') *p++ = *d++;
	if (exponent >= 15 || exponent <= -5) {
		memcpy(p, d, (size_t)(end - d));
		p += end - d;
		p += sprintf(p, "E%c%02d", exponent < 0 ? '-' : '+', abs(exponent));
		return (size_t)(p - buffer);
	}
	char digits[24];
	int n = 0;
	for (; d < end; d++)
		if (*d != '.') digits[n++] = *d;
	if (exponent < 0) {
		*p++ = '0', *p++ = '.';
		for (int k = -1; k > exponent; k--) *p++ = '0';
	}
	for (int k = 0; k < n || k <= exponent; k++) {
		if (k == exponent + 1 && exponent >= 0) *p++ = '.';
		*p++ = k < n ? digits[k] : '0';
	}
	return (size_t)(p - buffer);
}

// set_dynamic_text stores what tostring makes of a dynamic value.
static void set_dynamic_text(void *out, idx_t row, text j) {
	if (is_json_null(j)) {
		set_text(out, row, "", 0);
		return;
	}
	if (j.p[0] == '"' && j.n >= 2) {
		if (!memchr(j.p, '\\', j.n)) {
			set_text(out, row, j.p + 1, j.n - 2);
			return;
		}
		char fixed[512], *buffer = j.n <= sizeof fixed ? fixed : malloc(j.n);
		if (!buffer) abort();
		size_t n = unescape(j, buffer);
		set_text(out, row, buffer, n);
		if (buffer != fixed) free(buffer);
		return;
	}
	bool number = j.p[0] == '-' || (j.p[0] >= '0' && j.p[0] <= '9');
	if (number && j.n < 400 && (j.n > 18 || memchr(j.p, '.', j.n) || memchr(j.p, 'e', j.n) || memchr(j.p, 'E', j.n))) {
		char digits[401], printed[64], *end;
		memcpy(digits, j.p, j.n);
		digits[j.n] = 0;
		bool whole = !strpbrk(digits, ".eE");
		__int128 value = 0;
		for (char *d = digits + (digits[0] == '-'); whole && *d && value >> 64 == 0; d++) value = value * 10 + (*d - '0');
		if (!whole || value > (__int128)INT64_MAX + (digits[0] == '-')) { // not a long: a real
			set_text(out, row, printed, print_real(strtod(digits, &end), printed));
			return;
		}
	}
	set_text(out, row, j.p, j.n);
}

// quote writes t as a JSON string, as types.AppendQuoted does; buffer has room
// for six times as many bytes and two more.
static size_t quote(text t, char *buffer) {
	static const char hex[] = "0123456789abcdef";
	char *p = buffer;
	*p++ = '"';
	for (size_t i = 0; i < t.n; i++) {
		unsigned char c = (unsigned char)t.p[i];
		if (c == '"' || c == '\\') *p++ = '\\', *p++ = (char)c;
		else if (c == '\n') *p++ = '\\', *p++ = 'n';
		else if (c == '\r') *p++ = '\\', *p++ = 'r';
		else if (c == '\t') *p++ = '\\', *p++ = 't';
		else if (c < 0x20 || c == 0x7f) {
			memcpy(p, "\\u00", 4), p += 4;
			*p++ = hex[c >> 4], *p++ = hex[c & 15];
		} else *p++ = (char)c;
	}
	*p++ = '"';
	return (size_t)(p - buffer);
}

static void kql_quote(void *info, void *in, void *out) {
	(void)info;
	idx_t rows = duckdb_data_chunk_get_size(in);
	column values = argument(in, 0);
	size_t room = 0;
	char *buffer = NULL;
	for (idx_t i = 0; i < rows; i++) {
		if (is_null(&values, i)) {
			set_null(out, i);
			continue;
		}
		text t = text_at(&values, i);
		if (room < t.n * 6 + 2) {
			room = t.n * 6 + 64;
			free(buffer);
			buffer = malloc(room);
			if (!buffer) abort();
		}
		set_text(out, i, buffer, quote(t, buffer));
	}
	free(buffer);
}

static void set_json(void *out, idx_t row, text j) {
	if (is_json_null(j)) set_null(out, row);
	else set_text(out, row, j.p, j.n);
}

static text json_at(const column *c, idx_t row) {
	if (is_null(c, row)) return nothing;
	return text_of((string_value *)c->data + row);
}

#define JSON_FUNCTION(name, statement)                                         \
	static void name(void *info, void *in, void *out) {                           \
		(void)info;                                                    \
		idx_t rows = duckdb_data_chunk_get_size(in);                   \
		column values = argument(in, 0), seconds = argument(in, 1);    \
		for (idx_t i = 0; i < rows; i++) {                             \
			text j = json_at(&values, i);                          \
			statement;                                             \
		}                                                              \
	}

JSON_FUNCTION(kql_path, set_json(out, i, walk(j, text_at(&seconds, i))))
JSON_FUNCTION(kql_path_text, set_dynamic_text(out, i, walk(j, text_at(&seconds, i))))
JSON_FUNCTION(kql_element, if (is_null(&seconds, i)) set_null(out, i);
              else set_json(out, i, element(j, ((int64_t *)seconds.data)[i])))

static void kql_dynamic_text(void *info, void *in, void *out) {
	(void)info;
	idx_t rows = duckdb_data_chunk_get_size(in);
	column values = argument(in, 0);
	for (idx_t i = 0; i < rows; i++) set_dynamic_text(out, i, json_at(&values, i));
}

static void kql_array_length(void *info, void *in, void *out) {
	(void)info;
	idx_t rows = duckdb_data_chunk_get_size(in);
	column values = argument(in, 0);
	int64_t *result = duckdb_vector_get_data(out);
	for (idx_t i = 0; i < rows; i++) {
		result[i] = array_length(json_at(&values, i));
		if (result[i] < 0) set_null(out, i);
	}
}

typedef struct {
	void *list, *child;
	idx_t size, capacity;
} list_writer;

static void add(list_writer *w, text j, const char *before, text key, const char *between, const char *after) {
	if (w->size == w->capacity) {
		w->capacity = w->capacity ? w->capacity * 2 : 4096;
		duckdb_list_vector_reserve(w->list, w->capacity);
		w->child = duckdb_list_vector_get_child(w->list);
	}
	idx_t row = w->size++;
	duckdb_list_vector_set_size(w->list, w->size);
	if (!before) {
		set_json(w->child, row, j);
		return;
	}
	size_t nb = strlen(before), nm = strlen(between), na = strlen(after), n = nb + key.n + nm + j.n + na;
	char fixed[1024], *buffer = n <= sizeof fixed ? fixed : malloc(n), *p = buffer;
	if (!buffer) abort();
	memcpy(p, before, nb), p += nb;
	memcpy(p, key.p, key.n), p += key.n;
	memcpy(p, between, nm), p += nm;
	memcpy(p, j.p, j.n), p += j.n;
	memcpy(p, after, na);
	set_text(w->child, row, buffer, n);
	if (buffer != fixed) free(buffer);
}

// expand lists what mv-expand makes of a value: the elements of an array, the
// members of a bag as bags or as arrays of two, and a scalar itself. Null is
// one null.
static void expand(void *in, void *out, bool arrays) {
	idx_t rows = duckdb_data_chunk_get_size(in);
	column values = argument(in, 0);
	list_entry *entries = duckdb_vector_get_data(out);
	list_writer w = {out, duckdb_list_vector_get_child(out), 0, 0};
	for (idx_t row = 0; row < rows; row++) {
		text j = json_at(&values, row);
		entries[row].offset = w.size;
		if (j.p && j.n >= 2 && j.p[0] == '[' && j.p[1] != ']') {
			for (size_t i = 1; i < j.n; i++) {
				size_t from = i;
				i = skip_value(j, i);
				add(&w, span(j, from, i), NULL, nothing, NULL, NULL);
			}
		} else if (j.p && j.n >= 2 && j.p[0] == '{' && j.p[1] != '}') {
			for (size_t i = 1; i < j.n && j.p[i] == '"'; i++) {
				size_t from = i;
				i = skip_string(j, i);
				text key = span(j, from, i);
				from = ++i;
				i = skip_value(j, i);
				add(&w, span(j, from, i), arrays ? "[" : "{", key, arrays ? "," : ":", arrays ? "]" : "}");
			}
		} else if (!j.p || (j.p[0] != '[' && j.p[0] != '{')) {
			add(&w, j, NULL, nothing, NULL, NULL);
		}
		entries[row].length = w.size - entries[row].offset;
	}
}

static void kql_expand(void *info, void *in, void *out) {
	(void)info;
	expand(in, out, false);
}

static void kql_expand_arrays(void *info, void *in, void *out) {
	(void)info;
	expand(in, out, true);
}

// kql_strings lists the elements of an array, however deep, as tostring
// prints them; of a scalar, itself; of null, nothing.
static void kql_strings(void *info, void *in, void *out) {
	(void)info;
	idx_t rows = duckdb_data_chunk_get_size(in);
	column values = argument(in, 0);
	list_entry *entries = duckdb_vector_get_data(out);
	list_writer w = {out, duckdb_list_vector_get_child(out), 0, 0};
	for (idx_t row = 0; row < rows; row++) {
		text j = json_at(&values, row);
		entries[row].offset = w.size;
		for (size_t i = 0; j.p && i < j.n; i++) {
			if (j.p[i] == '[' || j.p[i] == ']' || j.p[i] == ',') continue;
			size_t from = i;
			i = skip_value(j, i);
			text e = span(j, from, i--);
			if (is_json_null(e)) continue;
			add(&w, e, NULL, nothing, NULL, NULL);
			set_dynamic_text(w.child, w.size - 1, e);
		}
		entries[row].length = w.size - entries[row].offset;
	}
}

// plain_bytes returns how many bytes from i on, in words of eight, a JSON
// string takes as they are.
static inline size_t plain_bytes(text j, size_t i) {
	size_t from = i;
	for (; i + 8 <= j.n; i += 8) {
		uint64_t w = load8(j.p + i);
		if (below(w, 0x20) | zero_byte(w ^ EACH_BYTE('"')) | zero_byte(w ^ EACH_BYTE('\\')) | zero_byte(w ^ EACH_BYTE(0x7f))) break;
	}
	return i - from;
}

// check_string returns where the string at i ends, or 0 if it is malformed.
static size_t check_string(text j, size_t i, bool *canonical) {
	for (i++; i < j.n; i++) {
		i += plain_bytes(j, i);
		if (i >= j.n) return 0;
		unsigned char c = (unsigned char)j.p[i];
		if (c == '"') return i + 1;
		if (c < 0x20) return 0;
		if (c == 0x7f) *canonical = false;
		if (c != '\\') continue;
		if (++i >= j.n) return 0;
		switch (j.p[i]) {
		case '"': case '\\': case 'n': case 'r': case 't': break;
		case 'b': case 'f': case '/': *canonical = false; break;
		case 'u':
			*canonical = false;
			if (i + 4 >= j.n) return 0;
			for (int k = 0; k < 4; k++) {
				char h = j.p[++i];
				if (!((h >= '0' && h <= '9') || ((h | 32) >= 'a' && (h | 32) <= 'f'))) return 0;
			}
			break;
		default: return 0;
		}
	}
	return 0;
}

static bool digit(text j, size_t i) { return i < j.n && j.p[i] >= '0' && j.p[i] <= '9'; }

static size_t check_number(text j, size_t i) {
	if (i < j.n && j.p[i] == '-') i++;
	if (!digit(j, i)) return 0;
	if (j.p[i] == '0') i++;
	else while (digit(j, i)) i++;
	if (i < j.n && j.p[i] == '.') {
		if (!digit(j, ++i)) return 0;
		while (digit(j, i)) i++;
	}
	if (i < j.n && (j.p[i] | 32) == 'e') {
		i++;
		if (i < j.n && (j.p[i] == '+' || j.p[i] == '-')) i++;
		if (!digit(j, i)) return 0;
		while (digit(j, i)) i++;
	}
	return i;
}

static size_t check_word(text j, size_t i, const char *word) {
	size_t n = strlen(word);
	return i + n <= j.n && memcmp(j.p + i, word, n) == 0 ? i + n : 0;
}

static size_t white(text j, size_t i, bool *canonical) {
	while (i < j.n && (j.p[i] == ' ' || j.p[i] == '\t' || j.p[i] == '\n' || j.p[i] == '\r')) {
		*canonical = false;
		i++;
	}
	return i;
}

enum { MAX_DEPTH = KQL_JSON_DEPTH };

// check tells whether j is JSON, and whether canonical. It keeps a stack of
// bits, one for each open bag or array, so hostile nesting cannot exhaust it.
static int check(text j) {
	uint64_t bags[MAX_DEPTH / 64] = {0};
	size_t depth = 0, i = 0;
	bool canonical = true, value = true; // a value, not a separator, comes next
	i = white(j, i, &canonical);
	for (;;) {
		if (value) {
			if (i >= j.n) return KQL_MALFORMED;
			char c = j.p[i];
			if (c == '{' || c == '[') {
				if (depth == MAX_DEPTH) return KQL_MALFORMED;
				uint64_t bit = 1ULL << (depth & 63);
				if (c == '{') bags[depth >> 6] |= bit;
				else bags[depth >> 6] &= ~bit;
				depth++;
				i = white(j, i + 1, &canonical);
				if (i < j.n && j.p[i] == (c == '{' ? '}' : ']')) {
					i++, depth--;
				} else {
					if (c == '{') goto key;
					continue;
				}
			} else {
				if (c == '"') i = check_string(j, i, &canonical);
				else if (c == 't') i = check_word(j, i, "true");
				else if (c == 'f') i = check_word(j, i, "false");
				else if (c == 'n') i = check_word(j, i, "null");
				else i = check_number(j, i);
				if (i == 0) return KQL_MALFORMED;
			}
			value = false;
		}
		i = white(j, i, &canonical);
		if (depth == 0) return i == j.n ? (canonical ? KQL_CANONICAL : KQL_VALID) : KQL_MALFORMED;
		if (i >= j.n) return KQL_MALFORMED;
		bool bag = bags[(depth - 1) >> 6] >> ((depth - 1) & 63) & 1;
		if (j.p[i] == (bag ? '}' : ']')) {
			i++, depth--;
			continue;
		}
		if (j.p[i] != ',') return KQL_MALFORMED;
		i = white(j, i + 1, &canonical);
		value = true;
		if (!bag) continue;
	key:
		if (i >= j.n || j.p[i] != '"') return KQL_MALFORMED;
		i = check_string(j, i, &canonical);
		if (i == 0) return KQL_MALFORMED;
		i = white(j, i, &canonical);
		if (i >= j.n || j.p[i] != ':') return KQL_MALFORMED;
		i = white(j, i + 1, &canonical);
		value = true;
	}
}

void kqlParseJSON(void *vector, idx_t row, const char *p, size_t n); // in Go

// kql_parse_json keeps what is canonical as it is; Go rewrites the rest.
static void kql_parse_json(void *info, void *in, void *out) {
	(void)info;
	idx_t rows = duckdb_data_chunk_get_size(in);
	column values = argument(in, 0);
	for (idx_t i = 0; i < rows; i++) {
		text t = json_at(&values, i);
		if (!t.p || t.n == 0) set_null(out, i);
		else if (check(t) == KQL_CANONICAL) set_json(out, i, t);
		else kqlParseJSON(out, i, t.p, t.n);
	}
}

void kql_check_json(const char *bytes, const uint32_t *starts, const uint32_t *ends, uint8_t *status, size_t count) {
	for (size_t i = 0; i < count; i++) {
		text j = {bytes + starts[i], ends[i] - starts[i]};
		status[i] = (uint8_t)check(j);
	}
}

// ---- places ---------------------------------------------------------------

// The radius with which Kusto's own documented distances come out.
#define EARTH 6371010.0

static double haversine(double lon1, double lat1, double lon2, double lat2) {
	const double r = 0.017453292519943295;
	double a = sin((lat2 - lat1) * r / 2), b = sin((lon2 - lon1) * r / 2);
	double h = a * a + cos(lat1 * r) * cos(lat2 * r) * b * b;
	return 2 * EARTH * asin(sqrt(h > 1 ? 1 : h));
}

static bool on_earth(double lon, double lat) { return fabs(lon) <= 180 && fabs(lat) <= 90; }

static void kql_distance(void *info, void *in, void *out) {
	(void)info;
	idx_t rows = duckdb_data_chunk_get_size(in);
	column x[4];
	for (int k = 0; k < 4; k++) x[k] = argument(in, (idx_t)k);
	double *result = duckdb_vector_get_data(out), v[4];
	for (idx_t i = 0; i < rows; i++) {
		bool null = false;
		for (int k = 0; k < 4; k++) {
			null = null || is_null(&x[k], i);
			v[k] = null ? 0 : ((double *)x[k].data)[i];
		}
		if (null || !on_earth(v[0], v[1]) || !on_earth(v[2], v[3])) set_null(out, i);
		else result[i] = haversine(v[0], v[1], v[2], v[3]);
	}
}

// ---- aggregates -----------------------------------------------------------

// A set is the distinct texts of a group with the place where each was first
// seen; finalize lists them by place. The texts stand one behind the other in
// one piece of memory, and a small set is searched from end to end.
typedef struct {
	uint64_t hash;
	int64_t major, minor;
	uint32_t at; // in the array that added it
	uint32_t length;
	uint64_t offset;
} set_item;

enum { SMALL_SET = 16 };

typedef struct {
	set_item *items;
	uint32_t *slots; // index + 1 into items; 0: empty; none for a small set
	char *texts;
	uint64_t size, capacity, used, room;
	int64_t limit;
} set;

static uint64_t hash_bytes(const char *p, size_t n) {
	uint64_t h = 1469598103934665603ULL ^ n;
	for (; n >= 8; p += 8, n -= 8) {
		uint64_t w;
		memcpy(&w, p, 8);
		h = (h ^ w) * 0x9e3779b97f4a7c15ULL;
		h ^= h >> 29;
	}
	for (; n; p++, n--) h = (h ^ (unsigned char)*p) * 1099511628211ULL;
	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93ULL;
	return h ^ h >> 32;
}

static void *must(void *p) {
	if (!p) abort(); // out of memory: there is no state to return to
	return p;
}

static void set_index(set *s) {
	uint64_t mask = s->capacity * 2 - 1;
	memset(s->slots, 0, s->capacity * 2 * sizeof *s->slots);
	for (uint64_t i = 0; i < s->size; i++) {
		uint64_t at = s->items[i].hash & mask;
		while (s->slots[at]) at = (at + 1) & mask;
		s->slots[at] = (uint32_t)i + 1;
	}
}

static void set_grow(set *s) {
	s->capacity = s->capacity ? s->capacity * 2 : 4;
	s->items = must(realloc(s->items, s->capacity * sizeof *s->items));
	if (s->capacity <= SMALL_SET) return;
	s->slots = must(realloc(s->slots, s->capacity * 2 * sizeof *s->slots));
	set_index(s);
}

static bool earlier(int64_t a1, int64_t a2, int64_t b1, int64_t b2) { return a1 < b1 || (a1 == b1 && a2 < b2); }

static bool before(const set_item *a, int64_t major, int64_t minor, uint32_t at) {
	if (earlier(a->major, a->minor, major, minor)) return true;
	return a->major == major && a->minor == minor && a->at < at;
}

static inline bool set_same(const set *s, const set_item *o, uint64_t hash, text t) {
	return o->hash == hash && o->length == t.n && memcmp(s->texts + o->offset, t.p, t.n) == 0;
}

// set_find returns the item that holds t, or NULL and, in *at, the free slot.
static inline set_item *set_find(const set *s, uint64_t hash, text t, uint64_t *at) {
	if (s->capacity <= SMALL_SET) {
		for (uint64_t i = 0; i < s->size; i++)
			if (set_same(s, &s->items[i], hash, t)) return &s->items[i];
		return NULL;
	}
	uint64_t mask = s->capacity * 2 - 1;
	for (*at = hash & mask; s->slots[*at]; *at = (*at + 1) & mask) {
		set_item *o = &s->items[s->slots[*at] - 1];
		if (set_same(s, o, hash, t)) return o;
	}
	return NULL;
}

static void set_insert_hashed(set *s, uint64_t hash, text t, int64_t major, int64_t minor, uint32_t place) {
	if (s->size == s->capacity) set_grow(s);
	uint64_t at = 0;
	set_item *o = set_find(s, hash, t, &at);
	if (o) {
		if (!before(o, major, minor, place)) o->major = major, o->minor = minor, o->at = place;
		return;
	}
	if (s->used + t.n > s->room) {
		s->room = s->room * 2 > s->used + t.n ? s->room * 2 : s->used + t.n + 48;
		s->texts = must(realloc(s->texts, s->room));
	}
	if (t.n) memcpy(s->texts + s->used, t.p, t.n);
	set_item item = {hash, major, minor, place, (uint32_t)t.n, s->used};
	s->used += t.n;
	s->items[s->size++] = item;
	if (s->capacity > SMALL_SET) s->slots[at] = (uint32_t)s->size;
}

static void set_insert(set *s, text t, int64_t major, int64_t minor, uint32_t place) {
	set_insert_hashed(s, hash_bytes(t.p, t.n), t, major, minor, place);
}

static idx_t set_size(void *info) {
	(void)info;
	return sizeof(set);
}

static void set_init(void *info, void *state) {
	(void)info;
	memset(state, 0, sizeof(set));
}

// set_update takes JSON values; an array adds its elements.
static void set_update(void *info, void *in, void **states) {
	(void)info;
	idx_t rows = duckdb_data_chunk_get_size(in);
	column values = argument(in, 0), majors = argument(in, 1), minors = argument(in, 2), limits = argument(in, 3);
	for (idx_t i = 0; i < rows; i++) {
		set *s = states[i];
		s->limit = ((int64_t *)limits.data)[i];
		text t = json_at(&values, i);
		if (is_json_null(t)) continue;
		int64_t major = is_null(&majors, i) ? INT64_MAX : ((int64_t *)majors.data)[i];
		int64_t minor = is_null(&minors, i) ? INT64_MAX : ((int64_t *)minors.data)[i];
		if (t.p[0] != '[') {
			set_insert(s, t, major, minor, 0);
			continue;
		}
		for (size_t k = 1; k < t.n && t.p[k] != ']'; k++) {
			size_t from = k;
			k = skip_value(t, k);
			if (!is_json_null(span(t, from, k))) set_insert(s, span(t, from, k), major, minor, (uint32_t)from);
		}
	}
}

// set_update_texts takes strings, which become JSON when the set is listed.
static void set_update_texts(void *info, void *in, void **states) {
	(void)info;
	idx_t rows = duckdb_data_chunk_get_size(in);
	column values = argument(in, 0), majors = argument(in, 1), minors = argument(in, 2), limits = argument(in, 3);
	for (idx_t i = 0; i < rows; i++) {
		set *s = states[i];
		s->limit = ((int64_t *)limits.data)[i];
		if (is_null(&values, i)) continue;
		int64_t major = is_null(&majors, i) ? INT64_MAX : ((int64_t *)majors.data)[i];
		int64_t minor = is_null(&minors, i) ? INT64_MAX : ((int64_t *)minors.data)[i];
		set_insert(s, text_at(&values, i), major, minor, 0);
	}
}

static void set_combine(void *info, void **from, void **to, idx_t count) {
	(void)info;
	for (idx_t i = 0; i < count; i++) {
		set *a = from[i], *b = to[i];
		if (b->size == 0) { // take what the other has instead of copying it
			set empty = *b;
			*b = *a, *a = empty;
			continue;
		}
		if (a->limit) b->limit = a->limit;
		for (uint64_t k = 0; k < a->size; k++) {
			set_item *o = &a->items[k];
			text t = {a->texts + o->offset, o->length};
			set_insert_hashed(b, o->hash, t, o->major, o->minor, o->at);
		}
	}
}

static void set_destroy(void **states, idx_t count) {
	for (idx_t i = 0; i < count; i++) {
		set *s = states[i];
		free(s->texts);
		free(s->items);
		free(s->slots);
		memset(s, 0, sizeof *s);
	}
}

static int by_place(const void *x, const void *y) {
	const set_item *a = x, *b = y;
	if (before(a, b->major, b->minor, b->at)) return -1;
	if (before(b, a->major, a->minor, a->at)) return 1;
	return 0;
}

// set_order sorts the items by place: no two of a set stand at one. A few are
// moved into place one by one.
static void set_order(set *s) {
	if (s->size > SMALL_SET) {
		qsort(s->items, s->size, sizeof *s->items, by_place);
		set_index(s);
		return;
	}
	for (uint64_t i = 1; i < s->size; i++) {
		set_item item = s->items[i];
		uint64_t k = i;
		for (; k > 0 && by_place(&item, &s->items[k - 1]) < 0; k--) s->items[k] = s->items[k - 1];
		s->items[k] = item;
	}
}

static void set_list(void **states, void *out, idx_t count, idx_t offset, bool quoted) {
	size_t room = 0;
	char *buffer = NULL;
	for (idx_t i = 0; i < count; i++) {
		set *s = states[i];
		set_order(s);
		uint64_t keep = s->limit < 0 ? 0 : s->size < (uint64_t)s->limit ? s->size : (uint64_t)s->limit;
		size_t n = 2 + s->used * (quoted ? 6 : 1) + keep * 3;
		if (n > room) {
			room = n * 2;
			free(buffer);
			buffer = must(malloc(room));
		}
		char *p = buffer;
		*p++ = '[';
		for (uint64_t k = 0; k < keep; k++) {
			text t = {s->texts + s->items[k].offset, s->items[k].length};
			if (k) *p++ = ',';
			if (quoted) {
				p += quote(t, p);
				continue;
			}
			memcpy(p, t.p, t.n);
			p += t.n;
		}
		*p++ = ']';
		set_text(out, offset + i, buffer, (size_t)(p - buffer));
	}
	free(buffer);
}

static void set_finalize(void *info, void **states, void *out, idx_t count, idx_t offset) {
	(void)info;
	set_list(states, out, count, offset, false);
}

static void set_finalize_texts(void *info, void **states, void *out, idx_t count, idx_t offset) {
	(void)info;
	set_list(states, out, count, offset, true);
}

// A series is the values of a group, each with the start of its bin; finalize
// lists every bin in order, an empty one with the default.
typedef struct {
	int64_t start;
	uint64_t offset;
	uint64_t length;
} series_item;

// How a series goes, the same for every row of a group.
typedef struct {
	int64_t from, to, step;
	bool has_from, has_to;
	text otherwise;
} series_frame;

typedef struct {
	series_item *items;
	char *texts;
	uint64_t size, capacity, used, room;
	series_frame frame;
} series;

static idx_t series_size(void *info) {
	(void)info;
	return sizeof(series);
}

static void series_init(void *info, void *state) {
	(void)info;
	memset(state, 0, sizeof(series));
}

static void series_insert(series *s, int64_t start, text value) {
	if (s->size == s->capacity) {
		s->capacity = s->capacity ? s->capacity * 2 : 8;
		s->items = must(realloc(s->items, s->capacity * sizeof *s->items));
	}
	if (s->used + value.n > s->room) {
		s->room = s->room * 2 > s->used + value.n ? s->room * 2 : s->used + value.n + 56;
		s->texts = must(realloc(s->texts, s->room));
	}
	if (value.n) memcpy(s->texts + s->used, value.p, value.n);
	series_item item = {start, s->used, value.n};
	s->used += value.n;
	s->items[s->size++] = item;
}

static const text json_null = {"null", 4};

// series_update takes a value and the start of its bin, then from, to, step and
// the default, which are the same in every row.
static void series_update(void *info, void *in, void **states) {
	(void)info;
	idx_t rows = duckdb_data_chunk_get_size(in);
	column values = argument(in, 0), starts = argument(in, 1), froms = argument(in, 2), tos = argument(in, 3), steps = argument(in, 4), defaults = argument(in, 5);
	for (idx_t i = 0; i < rows; i++) {
		series *s = states[i];
		if (!s->frame.otherwise.p) {
			text t = is_null(&defaults, i) ? json_null : text_at(&defaults, i);
			char *copy = must(malloc(t.n + 1));
			memcpy(copy, t.p, t.n);
			series_frame frame = {
				is_null(&froms, i) ? 0 : ((int64_t *)froms.data)[i], is_null(&tos, i) ? 0 : ((int64_t *)tos.data)[i], ((int64_t *)steps.data)[i],
				!is_null(&froms, i), !is_null(&tos, i), {copy, t.n},
			};
			s->frame = frame;
		}
		series_insert(s, ((int64_t *)starts.data)[i], is_null(&values, i) ? json_null : text_at(&values, i));
	}
}

static void series_combine(void *info, void **from, void **to, idx_t count) {
	(void)info;
	for (idx_t i = 0; i < count; i++) {
		series *a = from[i], *b = to[i];
		if (!b->frame.otherwise.p) {
			series empty = *b;
			*b = *a, *a = empty;
			continue;
		}
		for (uint64_t k = 0; k < a->size; k++) {
			text t = {a->texts + a->items[k].offset, a->items[k].length};
			series_insert(b, a->items[k].start, t);
		}
	}
}

static void series_destroy(void **states, idx_t count) {
	for (idx_t i = 0; i < count; i++) {
		series *s = states[i];
		free(s->items);
		free(s->texts);
		free((char *)s->frame.otherwise.p);
		memset(s, 0, sizeof *s);
	}
}

static int by_start(const void *x, const void *y) {
	const series_item *a = x, *b = y;
	return a->start < b->start ? -1 : a->start > b->start;
}

// series_length returns how many bins there are from low on, at most one more
// than a series may have.
static int64_t series_length(const series *s, int64_t low) {
	const series_frame *f = &s->frame;
	int64_t high = f->has_to ? f->to - 1 : s->items[s->size - 1].start;
	if (high < low || f->step <= 0) return 0;
	uint64_t steps = ((uint64_t)high - (uint64_t)low) / (uint64_t)f->step;
	return steps < KQL_SERIES ? (int64_t)steps + 1 : KQL_SERIES + 1;
}

static void series_finalize(void *info, void **states, void *out, idx_t count, idx_t offset) {
	size_t room = 0;
	char *buffer = NULL;
	for (idx_t i = 0; i < count; i++) {
		series *s = states[i];
		if (s->size == 0) {
			set_null(out, offset + i);
			continue;
		}
		qsort(s->items, s->size, sizeof *s->items, by_start);
		int64_t low = s->frame.has_from ? s->frame.from : s->items[0].start, bins = series_length(s, low);
		if (bins > KQL_SERIES) { // cut, they would look like all
			duckdb_aggregate_function_set_error(info, "\x1fmake-series\x1f" "an array of more than 1048576 values is not known to have an answer\x1f");
			break;
		}
		size_t n = s->used + (size_t)bins * (s->frame.otherwise.n + 1) + 2;
		if (n > room) {
			room = n * 2;
			free(buffer);
			buffer = must(malloc(room));
		}
		char *p = buffer;
		*p++ = '[';
		uint64_t k = 0;
		for (int64_t bin = 0; bin < bins; bin++) {
			if (bin) *p++ = ',';
			int64_t start = low + bin * s->frame.step;
			while (k < s->size && s->items[k].start < start) k++;
			text t = s->frame.otherwise;
			if (k < s->size && s->items[k].start == start) t.p = s->texts + s->items[k].offset, t.n = s->items[k].length;
			memcpy(p, t.p, t.n);
			p += t.n;
		}
		*p++ = ']';
		set_text(out, offset + i, buffer, (size_t)(p - buffer));
	}
	free(buffer);
}

// Origins is the least distinct (file, record) pairs of a group, sorted, and
// never more of them than the limit.
typedef struct {
	int64_t (*pairs)[2];
	int64_t size, capacity, limit;
} origins;

static idx_t origins_size(void *info) {
	(void)info;
	return sizeof(origins);
}

static void origins_init(void *info, void *state) {
	(void)info;
	memset(state, 0, sizeof(origins));
}

static void origins_insert(origins *o, int64_t file, int64_t record) {
	int64_t limit = o->limit;
	int64_t low = 0, high = o->size;
	while (low < high) {
		int64_t middle = (low + high) / 2;
		if (earlier(o->pairs[middle][0], o->pairs[middle][1], file, record)) low = middle + 1;
		else high = middle;
	}
	if (low >= limit) return;
	if (low < o->size && o->pairs[low][0] == file && o->pairs[low][1] == record) return;
	if (o->size == o->capacity && o->size < limit) {
		o->capacity = o->capacity ? o->capacity * 2 : 4;
		if (o->capacity > limit) o->capacity = limit;
		o->pairs = must(realloc(o->pairs, (size_t)o->capacity * sizeof *o->pairs));
	}
	int64_t last = o->size < limit ? o->size++ : o->size - 1;
	memmove(o->pairs + low + 1, o->pairs + low, (size_t)(last - low) * sizeof *o->pairs);
	o->pairs[low][0] = file;
	o->pairs[low][1] = record;
}

// number reads a whole number of JSON at i and moves i past it.
static int64_t number(text j, size_t *i) {
	int64_t n = 0;
	bool negative = *i < j.n && j.p[*i] == '-';
	if (negative) ++*i;
	for (; digit(j, *i); ++*i) n = n * 10 + (j.p[*i] - '0');
	return negative ? -n : n;
}

static void origins_merge(origins *o, text j) {
	if (!j.p) return;
	for (size_t i = 1; i + 1 < j.n && j.p[i] == '['; i += 2) {
		i++;
		int64_t file = number(j, &i);
		i++;
		origins_insert(o, file, number(j, &i));
	}
}

static void origins_update(void *info, void *in, void **states) {
	(void)info;
	idx_t rows = duckdb_data_chunk_get_size(in);
	column files = argument(in, 0), records = argument(in, 1), limits = argument(in, 2);
	for (idx_t i = 0; i < rows; i++) {
		origins *o = states[i];
		o->limit = ((int64_t *)limits.data)[i];
		if (is_null(&files, i) || is_null(&records, i)) continue;
		origins_insert(o, ((int64_t *)files.data)[i], ((int64_t *)records.data)[i]);
	}
}

static void origins_update_sets(void *info, void *in, void **states) {
	(void)info;
	idx_t rows = duckdb_data_chunk_get_size(in);
	column sets = argument(in, 0), limits = argument(in, 1);
	for (idx_t i = 0; i < rows; i++) {
		origins *o = states[i];
		o->limit = ((int64_t *)limits.data)[i];
		origins_merge(o, json_at(&sets, i));
	}
}

static void origins_combine(void *info, void **from, void **to, idx_t count) {
	(void)info;
	for (idx_t i = 0; i < count; i++) {
		origins *a = from[i], *b = to[i];
		if (b->size == 0) {
			origins empty = *b;
			*b = *a, *a = empty;
			continue;
		}
		if (a->limit) b->limit = a->limit;
		for (int64_t k = 0; k < a->size; k++) origins_insert(b, a->pairs[k][0], a->pairs[k][1]);
	}
}

static void origins_destroy(void **states, idx_t count) {
	for (idx_t i = 0; i < count; i++) {
		origins *o = states[i];
		free(o->pairs);
		memset(o, 0, sizeof *o);
	}
}

static void origins_print(void *out, idx_t row, const origins *o) {
	char fixed[1024];
	size_t room = (size_t)o->size * 44 + 3;
	char *buffer = room <= sizeof fixed ? fixed : must(malloc(room)), *p = buffer;
	*p++ = '[';
	for (int64_t k = 0; k < o->size; k++)
		p += sprintf(p, "%s[%lld,%lld]", k ? "," : "", (long long)o->pairs[k][0], (long long)o->pairs[k][1]);
	*p++ = ']';
	set_text(out, row, buffer, (size_t)(p - buffer));
	if (buffer != fixed) free(buffer);
}

static void origins_finalize(void *info, void **states, void *out, idx_t count, idx_t offset) {
	(void)info;
	for (idx_t i = 0; i < count; i++) origins_print(out, offset + i, states[i]);
}

static void kql_origin(void *info, void *in, void *out) {
	(void)info;
	idx_t rows = duckdb_data_chunk_get_size(in);
	column files = argument(in, 0), records = argument(in, 1);
	for (idx_t i = 0; i < rows; i++) {
		int64_t pair[1][2];
		origins o = {pair, 0, 1, 1};
		if (!is_null(&files, i) && !is_null(&records, i))
			origins_insert(&o, ((int64_t *)files.data)[i], ((int64_t *)records.data)[i]);
		origins_print(out, i, &o);
	}
}

static void kql_merge_origins(void *info, void *in, void *out) {
	(void)info;
	idx_t rows = duckdb_data_chunk_get_size(in);
	column as = argument(in, 0), bs = argument(in, 1), limits = argument(in, 2);
	for (idx_t i = 0; i < rows; i++) {
		origins o = {NULL, 0, 0, ((int64_t *)limits.data)[i]};
		origins_merge(&o, json_at(&as, i));
		origins_merge(&o, json_at(&bs, i));
		origins_print(out, i, &o);
		free(o.pairs);
	}
}

// A pick is the place of the row of a group that has the greatest (least)
// value; of equal ones the first. Null is behind every value.
typedef struct {
	int64_t value, place;
	bool any, valued;
} pick;

static idx_t pick_size(void *info) {
	(void)info;
	return sizeof(pick);
}

static void pick_init(void *info, void *state) {
	(void)info;
	memset(state, 0, sizeof(pick));
}

static inline void pick_better(pick *p, const pick *o, bool greatest) {
	if (!o->any) return;
	bool better = !p->any;
	if (!better && p->valued != o->valued) better = o->valued;
	else if (!better && o->valued && p->value != o->value) better = greatest ? o->value > p->value : o->value < p->value;
	else if (!better) better = o->place < p->place;
	if (better) *p = *o;
}

static void pick_update(void *in, void **states, bool greatest) {
	idx_t rows = duckdb_data_chunk_get_size(in);
	column values = argument(in, 0), places = argument(in, 1);
	for (idx_t i = 0; i < rows; i++) {
		bool valued = !is_null(&values, i);
		pick o = {valued ? ((int64_t *)values.data)[i] : 0, ((int64_t *)places.data)[i], true, valued};
		pick_better(states[i], &o, greatest);
	}
}

static void pick_combine(void **from, void **to, idx_t count, bool greatest) {
	for (idx_t i = 0; i < count; i++) pick_better(to[i], from[i], greatest);
}

static void pick_greatest(void *info, void *in, void **states) {
	(void)info;
	pick_update(in, states, true);
}

static void pick_least(void *info, void *in, void **states) {
	(void)info;
	pick_update(in, states, false);
}

static void combine_greatest(void *info, void **from, void **to, idx_t count) {
	(void)info;
	pick_combine(from, to, count, true);
}

static void combine_least(void *info, void **from, void **to, idx_t count) {
	(void)info;
	pick_combine(from, to, count, false);
}

static void pick_finalize(void *info, void **states, void *out, idx_t count, idx_t offset) {
	(void)info;
	int64_t *result = duckdb_vector_get_data(out);
	for (idx_t i = 0; i < count; i++) {
		pick *p = states[i];
		if (p->any) result[offset + i] = p->place;
		else set_null(out, offset + i);
	}
}

typedef struct {
	const char *name;
	const char *parameters; // l: BIGINT, s: VARCHAR
	char result;
	void *size, *init, *update, *combine, *finalize, *destroy;
} aggregate;

static const aggregate aggregates[] = {
	{"kql_set", "slll", 's', set_size, set_init, set_update, set_combine, set_finalize, set_destroy},
	{"kql_set_texts", "slll", 's', set_size, set_init, set_update_texts, set_combine, set_finalize_texts, set_destroy},
	{"kql_series", "slllls", 's', series_size, series_init, series_update, series_combine, series_finalize, series_destroy},
	{"kql_origins", "lll", 's', origins_size, origins_init, origins_update, origins_combine, origins_finalize, origins_destroy},
	{"kql_origin_sets", "sl", 's', origins_size, origins_init, origins_update_sets, origins_combine, origins_finalize, origins_destroy},
	{"kql_arg_max", "ll", 'l', pick_size, pick_init, pick_greatest, combine_greatest, pick_finalize, NULL},
	{"kql_arg_min", "ll", 'l', pick_size, pick_init, pick_least, combine_least, pick_finalize, NULL},
};

const char *kql_register_aggregates(void *connection) {
	for (size_t i = 0; i < sizeof aggregates / sizeof *aggregates; i++) {
		const aggregate *a = &aggregates[i];
		void *function = duckdb_create_aggregate_function();
		duckdb_aggregate_function_set_name(function, a->name);
		for (const char *p = a->parameters; *p; p++) {
			void *type = duckdb_create_logical_type(*p == 'l' ? TYPE_BIGINT : TYPE_VARCHAR);
			duckdb_aggregate_function_add_parameter(function, type);
			duckdb_destroy_logical_type(&type);
		}
		void *type = duckdb_create_logical_type(a->result == 'l' ? TYPE_BIGINT : TYPE_VARCHAR);
		duckdb_aggregate_function_set_return_type(function, type);
		duckdb_destroy_logical_type(&type);
		duckdb_aggregate_function_set_functions(function, a->size, a->init, a->update, a->combine, a->finalize);
		if (a->destroy) duckdb_aggregate_function_set_destructor(function, a->destroy);
		duckdb_aggregate_function_set_special_handling(function);
		int failed = duckdb_register_aggregate_function(connection, function);
		duckdb_destroy_aggregate_function(&function);
		if (failed) return a->name;
	}
	return NULL;
}

// ---- what Go reaches ------------------------------------------------------

void kqlCall(void *info, void *in, void *out); // in Go

void *kql_call_pointer(void) { return (void *)kqlCall; }

void kqlPlace(void *info, void *in, void *out); // in Go

void *kql_place_pointer(void) { return (void *)kqlPlace; }

void kqlFeedBind(void *info); // in Go
void kqlFeedInit(void *info);
void kqlFeed(void *info, void *out);

void *kql_feed_bind_pointer(void) { return (void *)kqlFeedBind; }
void *kql_feed_init_pointer(void) { return (void *)kqlFeedInit; }
void *kql_feed_pointer(void) { return (void *)kqlFeed; }

static const char tags[1024];

void *kql_tag(int index) { return (void *)&tags[index]; }

int kql_index(void *tag) { return (int)((const char *)tag - tags); }

typedef struct {
	const char *name;
	void (*call)(void *info, void *in, void *out);
} callback;

static const callback callbacks[] = {
	{"kql_has", kql_has},
	{"kql_has_cs", kql_has_cs},
	{"kql_hasprefix", kql_hasprefix},
	{"kql_hasprefix_cs", kql_hasprefix_cs},
	{"kql_hassuffix", kql_hassuffix},
	{"kql_hassuffix_cs", kql_hassuffix_cs},
	{"kql_contains", kql_contains},
	{"kql_startswith", kql_startswith},
	{"kql_endswith", kql_endswith},
	{"kql_equal", kql_equal},
	{"kql_has_any", kql_has_any},
	{"kql_has_all", kql_has_all},
	{"kql_fold", kql_fold},
	{"kql_add", kql_add},
	{"kql_subtract", kql_subtract},
	{"kql_multiply", kql_multiply},
	{"kql_divide", kql_divide},
	{"kql_modulo", kql_modulo},
	{"kql_bin", kql_bin},
	{"kql_modulo_real", kql_modulo_real},
	{"kql_bin_real", kql_bin_real},
	{"kql_add_time", kql_add_time},
	{"kql_wrap", kql_wrap},
	{"kql_parse_json", kql_parse_json},
	{"kql_capture", kql_capture},
	{"kql_path", kql_path},
	{"kql_path_text", kql_path_text},
	{"kql_element", kql_element},
	{"kql_dynamic_text", kql_dynamic_text},
	{"kql_array_length", kql_array_length},
	{"kql_expand", kql_expand},
	{"kql_expand_arrays", kql_expand_arrays},
	{"kql_strings", kql_strings},
	{"kql_quote", kql_quote},
	{"kql_distance", kql_distance},
	{"kql_origin", kql_origin},
	{"kql_merge_origins", kql_merge_origins},
};

void *kql_pointer(const char *name) {
	for (size_t i = 0; i < sizeof callbacks / sizeof *callbacks; i++)
		if (strcmp(callbacks[i].name, name) == 0) return (void *)callbacks[i].call;
	return NULL;
}
