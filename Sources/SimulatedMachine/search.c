#define _GNU_SOURCE
#include "search.h"

#include <string.h>

bool memory_contains(const void *whole, size_t length, const void *part, size_t part_length) {
  return memmem(whole, length, part, part_length) != NULL;
}
