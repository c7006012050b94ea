#ifndef SEARCH_H
#define SEARCH_H

#include <stdbool.h>
#include <stddef.h>

// memmem(3), which Swift does not see.
bool memory_contains(const void *whole, size_t length, const void *part, size_t part_length);

#endif
