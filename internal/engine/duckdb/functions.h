// What Go uses of functions.c.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t idx_t;

// Characters past this one have no case and are no letters.
#define KQL_CHARACTERS 0x32400

// The deepest nesting of a JSON text that is taken for JSON.
#define KQL_JSON_DEPTH 512

// The most bins that a series lists.
#define KQL_SERIES 1048576

enum { KQL_CANONICAL, KQL_VALID, KQL_MALFORMED };

// kql_check_json sets status[i] for the text from starts[i] to ends[i].
void kql_check_json(const char *bytes, const uint32_t *starts, const uint32_t *ends, uint8_t *status, size_t count);

// kql_assign stores rows texts, one behind the other in bytes, from row start on.
void kql_assign(void *vector, const char *bytes, const uint64_t *ends, const bool *null, idx_t start, idx_t rows);

// kql_register_aggregates returns the name of the one that failed, or NULL.
const char *kql_register_aggregates(void *connection);

// kql_call_pointer and kql_tag make a Go function callable: the tag is its
// extra information, and kql_index finds the function's number from it.
void *kql_call_pointer(void);
void *kql_place_pointer(void);
void *kql_feed_bind_pointer(void);
void *kql_feed_init_pointer(void);
void *kql_feed_pointer(void);
void *kql_tag(int index);
int kql_index(void *tag);

// kql_pointer returns the callback of that name, or NULL.
void *kql_pointer(const char *name);
