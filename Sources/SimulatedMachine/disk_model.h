#ifndef SIMULATED_MACHINE_DISK_MODEL_H
#define SIMULATED_MACHINE_DISK_MODEL_H

// Between the model of the disk (disk.c) and the functions of libc that use it (disk_calls.c).

#include <dlfcn.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "disk.h"

// libc's own function. Looked up at its first call, because libraries open files before any constructor of ours runs.
#define REAL(name)                                                      \
  (__extension__({                                                      \
    static __typeof__(&name) found;                                     \
    if (!found) found = (__typeof__(&name))dlsym(RTLD_NEXT, #name);     \
    found;                                                              \
  }))

// A file or directory below the root.
struct disk_node;

// An open descriptor of one. It is unused while `node` is null.
struct disk_handle {
  struct disk_node *node;
  int flags;
};

// Whether the calling thread has a disk.
extern _Thread_local bool disk_is_mounted;

const char *disk_root(void);

// Stops the program: the simulation's result would be wrong.
_Noreturn void disk_stop(const char *problem, const char *path);

// Names -----------------------------------------------------------------------------------------------------------

// Writes the absolute path, without `.`, `..` and double slashes, and tells whether it is below the root.
bool disk_resolve(int directory, const char *path, char absolute[PATH_MAX]);

// The node of what `path` names; null where that is not below the root, or not there.
struct disk_node *disk_node_at(const char *path, const struct stat *status, bool follows);

// The node of a new file without a name.
struct disk_node *disk_unnamed(const char *directory, const struct stat *status);

const char *disk_path(const struct disk_node *node);
bool disk_is_directory(const struct disk_node *node);
bool disk_is_shared_memory(const struct disk_node *node);

// Puts virtual numbers and times in the place of the real ones.
void disk_disguise(struct stat *status, const struct disk_node *node);
void disk_set_modified(struct disk_node *node, int64_t time);
int64_t disk_now(void);
int64_t disk_uptime(void);
uint64_t disk_random(void);

// Descriptors -----------------------------------------------------------------------------------------------------

struct disk_handle *disk_handle_of(int descriptor);
void disk_attach(int descriptor, struct disk_node *node, int flags);
void disk_detach(int descriptor);
void disk_detach_range(unsigned first, unsigned last);

// Effects ---------------------------------------------------------------------------------------------------------

struct disk_verdict disk_ask(const struct disk_effect *effect);

// The size as the calls so far left it.
int64_t disk_size(const struct disk_node *node);
// Whether a change from `start` on could touch durable bytes.
bool disk_has_durable(const struct disk_node *node, int64_t start);
bool disk_grows(const struct disk_node *node, int64_t end);

// Keeps the durable bytes from `start` to `end`, before they change. `source` is a descriptor of the file.
void disk_keep(struct disk_node *node, int source, int64_t start, int64_t end);
// Tells that so many bytes were written.
void disk_wrote(struct disk_node *node, int64_t start, int64_t end);
// Tells the new length. What it cuts off has been kept.
void disk_resized(struct disk_node *node, int64_t length);
// Tells that fallocate(2) found room up to `end`.
void disk_reserved(struct disk_node *node, int64_t end);

void disk_flush_file(struct disk_node *node);
void disk_flush_directory(struct disk_node *node);
void disk_flush_everything(void);

// Changes of names: done on the real files and noted. 0, or -1 and errno. -----------------------------------------

// Notes a file or symbolic link that was just made, or a further name of an old one.
void disk_made(const char *path, struct disk_node *node, bool is_new);
void disk_made_directory(const char *path);
int disk_remove(const char *path, const struct stat *status);
int disk_move(const char *from, const char *to, unsigned flags);

#endif
