#define _GNU_SOURCE
// The fortified headers define some of the functions inline, beside which no other definition can stand.
#undef _FORTIFY_SOURCE

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "disk_model.h"
#include "include/executor.h"

// The functions of libc that the disk stands in for. Each passes on what does not concern the disk, asks the judge
// about the rest, does it, and tells the model. SQLite and Swift's libraries call those with and without 64: on 64-bit
// machines these are the same functions.

_Static_assert(sizeof(off_t) == 8 && sizeof(struct stat) == sizeof(struct stat64), "a 64-bit machine");

#define SAME(name64, name) extern __typeof__(name64) name64 __attribute__((alias(#name)))

static int failed(int code) {
  errno = code;
  return -1;
}

// What is left of a verdict on a call that cannot be done in part.
enum outcome { outcome_done, outcome_failed, outcome_lost };

static enum outcome outcome_of(struct disk_verdict verdict) {
  if (verdict.fate == disk_lost) return outcome_lost;
  if (verdict.fate != disk_fails) return outcome_done;
  errno = verdict.error ? verdict.error : EIO;
  return outcome_failed;
}

static enum outcome ask(enum disk_call call, const char *path, const char *target) {
  return outcome_of(disk_ask(&(struct disk_effect){.call = call, .path = path, .target = target}));
}

static bool is_writable(int flags) { return (flags & O_ACCMODE) != O_RDONLY; }

// Opening and closing ---------------------------------------------------------------------------------------------

// A descriptor that reads. SQLite's and most others do, and no second one may be closed while there are fcntl(2) locks.
static int readable(int descriptor, int flags) {
  if ((flags & O_ACCMODE) != O_WRONLY) return descriptor;
  char link[40];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  int source = REAL(open)(link, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (source < 0) disk_stop("durable bytes cannot be read", link);
  return source;
}

static void keep(const struct disk_handle *handle, int descriptor, int64_t start, int64_t end) {
  if (!disk_has_durable(handle->node, start)) return;
  int source = readable(descriptor, handle->flags);
  disk_keep(handle->node, source, start, end);
  if (source != descriptor) REAL(close)(source);
}

static void keep_at(const char *path, struct disk_node *node, int64_t start, int64_t end) {
  if (!disk_has_durable(node, start)) return;
  int source = REAL(open)(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (source < 0) disk_stop("durable bytes cannot be read", path);
  disk_keep(node, source, start, end);
  REAL(close)(source);
}

static int attached(int descriptor, const char *path, int flags, bool is_new) {
  struct stat status;
  if (descriptor < 0) return descriptor;
  if (REAL(fstat)(descriptor, &status) != 0) disk_stop("an open file cannot be examined", path);
  bool is_unnamed = (flags & O_TMPFILE) == O_TMPFILE;
  struct disk_node *node = is_unnamed ? disk_unnamed(path, &status) : disk_node_at(path, &status, true);
  if (!node) return descriptor;
  disk_attach(descriptor, node, flags);
  // The name that a symbolic link leads to is the one that is made.
  if (is_new && !is_unnamed) disk_made(disk_path(node), node, true);
  return descriptor;
}

static int create(const char *path, int flags, mode_t mode) {
  switch (ask(disk_create, path, NULL)) {
    case outcome_failed: return -1;
    case outcome_lost: return memfd_create("lost", MFD_CLOEXEC);
    case outcome_done: return attached(REAL(open)(path, flags, mode), path, flags, true);
  }
  return -1;
}

static int open_truncated(const char *path, int flags, const struct stat *status) {
  struct disk_node *node = disk_node_at(path, status, true);
  int64_t size = node ? disk_size(node) : 0;
  if (size == 0) return attached(REAL(open)(path, flags), path, flags, false);
  struct disk_effect effect = {.call = disk_truncate, .path = disk_path(node), .size = (size_t)size};
  enum outcome outcome = outcome_of(disk_ask(&effect));
  if (outcome == outcome_failed) return -1;
  if (outcome == outcome_lost) return attached(REAL(open)(path, flags & ~O_TRUNC), path, flags, false);
  keep_at(path, node, 0, size);
  int descriptor = attached(REAL(open)(path, flags), path, flags, false);
  if (descriptor >= 0) disk_resized(node, 0);
  return descriptor;
}

static int open_below(const char *path, int flags, mode_t mode) {
  if ((flags & O_TMPFILE) == O_TMPFILE) return create(path, flags, mode);
  if (flags & (O_CREAT | O_TRUNC)) {
    struct stat status;
    bool exists = REAL(stat)(path, &status) == 0;
    if (!exists && flags & O_CREAT) return create(path, flags, mode);
    bool is_refused = (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL);
    bool is_truncated = exists && S_ISREG(status.st_mode) && flags & O_TRUNC && is_writable(flags) && !is_refused;
    if (is_truncated) return open_truncated(path, flags, &status);
  }
  // A dead process may read. What it does to the file is lost later.
  struct disk_effect effect = {.call = disk_open, .path = path, .writes = is_writable(flags)};
  if (outcome_of(disk_ask(&effect)) == outcome_failed) return -1;
  return attached(REAL(open)(path, flags, mode), path, flags, false);
}

static int open_common(int directory, const char *path, int flags, mode_t mode) {
  if (strcmp(path, "/dev/urandom") == 0) {
    int numbers = randomness_open();
    if (numbers >= 0) return numbers;
  }
  char absolute[PATH_MAX];
  if (!disk_resolve(directory, path, absolute)) return REAL(openat)(directory, path, flags, mode);
  return open_below(absolute, flags, mode);
}

static bool takes_mode(int flags) { return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE; }

int open(const char *path, int flags, ...) {
  mode_t mode = 0;
  va_list rest;
  va_start(rest, flags);
  if (takes_mode(flags)) mode = va_arg(rest, mode_t);
  va_end(rest);
  return open_common(AT_FDCWD, path, flags, mode);
}
SAME(open64, open);

int openat(int directory, const char *path, int flags, ...) {
  mode_t mode = 0;
  va_list rest;
  va_start(rest, flags);
  if (takes_mode(flags)) mode = va_arg(rest, mode_t);
  va_end(rest);
  return open_common(directory, path, flags, mode);
}
SAME(openat64, openat);

int creat(const char *path, mode_t mode) { return open_common(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
SAME(creat64, creat);

int close(int descriptor) {
  disk_detach(descriptor);
  return REAL(close)(descriptor);
}

int close_range(unsigned first, unsigned last, int flags) {
  if (!(flags & CLOSE_RANGE_CLOEXEC)) disk_detach_range(first, last);
  return REAL(close_range)(first, last, flags);
}

// These two close by themselves. A stale entry would take the next socket of that number for a file.
int closedir(DIR *stream) {
  disk_detach(dirfd(stream));
  return REAL(closedir)(stream);
}

int fclose(FILE *stream) {
  disk_detach(fileno(stream));
  return REAL(fclose)(stream);
}

static int duplicated(int descriptor, int copy) {
  struct disk_handle *handle = disk_handle_of(descriptor);
  if (copy < 0 || copy == descriptor) return copy;
  disk_detach(copy);
  if (handle) disk_attach(copy, handle->node, handle->flags);
  return copy;
}

int dup(int descriptor) { return duplicated(descriptor, REAL(dup)(descriptor)); }

int dup2(int descriptor, int copy) { return duplicated(descriptor, REAL(dup2)(descriptor, copy)); }

int dup3(int descriptor, int copy, int flags) { return duplicated(descriptor, REAL(dup3)(descriptor, copy, flags)); }

int fcntl(int descriptor, int command, ...) {
  va_list rest;
  va_start(rest, command);
  void *argument = va_arg(rest, void *);
  va_end(rest);
  int result = REAL(fcntl)(descriptor, command, argument);
  if (command == F_DUPFD || command == F_DUPFD_CLOEXEC) return duplicated(descriptor, result);
  struct disk_handle *handle = command == F_SETFL && result == 0 ? disk_handle_of(descriptor) : NULL;
  if (handle) handle->flags = (handle->flags & ~O_APPEND) | ((int)(intptr_t)argument & O_APPEND);
  return result;
}
SAME(fcntl64, fcntl);

// Temporary names -------------------------------------------------------------------------------------------------

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

static void fill(char place[6]) {
  uint64_t random = disk_random();
  for (int i = 0; i < 6; i++, random /= sizeof letters - 1) place[i] = letters[random % (sizeof letters - 1)];
}

// The six X before the suffix; null if they are not there.
static char *place_of(char *template, int suffix) {
  size_t length = strlen(template);
  if (suffix < 0 || length < (size_t)suffix + 6) return NULL;
  char *place = template + length - suffix - 6;
  return strncmp(place, "XXXXXX", 6) == 0 ? place : NULL;
}

int mkostemps(char *template, int suffix, int flags) {
  char absolute[PATH_MAX];
  if (!disk_resolve(AT_FDCWD, template, absolute)) return REAL(mkostemps)(template, suffix, flags);
  char *place = place_of(template, suffix);
  if (!place) return failed(EINVAL);
  int descriptor;
  do {
    fill(place);
    descriptor = open_common(AT_FDCWD, template, (flags & ~O_ACCMODE) | O_RDWR | O_CREAT | O_EXCL, 0600);
  } while (descriptor < 0 && errno == EEXIST);
  return descriptor;
}
SAME(mkostemps64, mkostemps);

int mkstemps(char *template, int suffix) { return mkostemps(template, suffix, 0); }
SAME(mkstemps64, mkstemps);

int mkostemp(char *template, int flags) { return mkostemps(template, 0, flags); }
SAME(mkostemp64, mkostemp);

int mkstemp(char *template) { return mkostemps(template, 0, 0); }
SAME(mkstemp64, mkstemp);

// Foundation's atomic writes take their temporary names from here.
char *mktemp(char *template) {
  char absolute[PATH_MAX];
  if (!disk_resolve(AT_FDCWD, template, absolute)) return REAL(mktemp)(template);
  char *place = place_of(template, 0);
  struct stat status;
  if (!place) {
    errno = EINVAL;
    template[0] = 0;
    return template;
  }
  do fill(place);
  while (REAL(lstat)(template, &status) == 0);
  return template;
}

char *mkdtemp(char *template) {
  char absolute[PATH_MAX];
  if (!disk_resolve(AT_FDCWD, template, absolute)) return REAL(mkdtemp)(template);
  char *place = place_of(template, 0);
  if (!place) {
    errno = EINVAL;
    return NULL;
  }
  int result;
  do {
    fill(place);
    result = mkdir(template, 0700);
  } while (result != 0 && errno == EEXIST);
  return result == 0 ? template : NULL;
}

// Reading and writing ---------------------------------------------------------------------------------------------

// Bytes in memory, and the place in the file: -1 for the descriptor's own position.
struct transfer {
  int descriptor;
  const struct iovec *pieces;
  int count;
  int64_t offset;
};

// A file whose reads and writes the model follows; null for all else.
static struct disk_handle *file_of(int descriptor) {
  struct disk_handle *handle = disk_handle_of(descriptor);
  return handle && !disk_is_directory(handle->node) ? handle : NULL;
}

static size_t size_of(struct transfer transfer) {
  size_t size = 0;
  for (int i = 0; i < transfer.count; i++) size += transfer.pieces[i].iov_len;
  return size;
}

static int64_t place_in(struct transfer transfer, const struct disk_handle *handle, bool writes) {
  // On Linux pwrite(2) appends too.
  if (writes && handle->flags & O_APPEND) return disk_size(handle->node);
  return transfer.offset >= 0 ? transfer.offset : lseek(transfer.descriptor, 0, SEEK_CUR);
}

static ssize_t do_really(struct transfer transfer, bool writes) {
  if (transfer.offset >= 0) {
    return writes ? REAL(pwritev)(transfer.descriptor, transfer.pieces, transfer.count, transfer.offset)
                  : REAL(preadv)(transfer.descriptor, transfer.pieces, transfer.count, transfer.offset);
  }
  return writes ? REAL(writev)(transfer.descriptor, transfer.pieces, transfer.count)
                : REAL(readv)(transfer.descriptor, transfer.pieces, transfer.count);
}

// The transfer of the first `limit` bytes.
static ssize_t do_partly(struct transfer transfer, size_t limit, bool writes) {
  struct iovec pieces[IOV_MAX];
  int count = 0;
  for (; count < transfer.count && limit > 0; count++) {
    pieces[count] = transfer.pieces[count];
    if (pieces[count].iov_len > limit) pieces[count].iov_len = limit;
    limit -= pieces[count].iov_len;
  }
  transfer.pieces = pieces;
  transfer.count = count;
  return do_really(transfer, writes);
}

// The bytes of a transfer that the judge lets through.
static size_t limit_of(struct disk_verdict verdict, size_t size) {
  if (verdict.fate == disk_partly) return verdict.count == 0 ? 1 : verdict.count < size ? verdict.count : size;
  if (verdict.fate == disk_torn) return verdict.count < size ? verdict.count : size;
  return size;
}

static ssize_t read_below(struct transfer transfer, struct disk_handle *handle) {
  size_t size = size_of(transfer);
  if (size == 0 || disk_is_shared_memory(handle->node) || transfer.count > IOV_MAX) return do_really(transfer, false);
  struct disk_effect effect = {
    .call = disk_read, .path = disk_path(handle->node), .offset = place_in(transfer, handle, false), .size = size,
  };
  struct disk_verdict verdict = disk_ask(&effect);
  if (outcome_of(verdict) == outcome_failed) return -1;
  size_t limit = verdict.fate == disk_partly ? limit_of(verdict, size) : size;
  return limit == size ? do_really(transfer, false) : do_partly(transfer, limit, false);
}

static ssize_t write_below(struct transfer transfer, struct disk_handle *handle) {
  size_t size = size_of(transfer);
  struct disk_node *node = handle->node;
  if (size == 0 || transfer.count > IOV_MAX || !is_writable(handle->flags)) return do_really(transfer, true);
  int64_t start = place_in(transfer, handle, true);
  size_t limit = size;
  bool is_torn = false;
  if (!disk_is_shared_memory(node)) {
    struct disk_effect effect = {
      .call = disk_write, .path = disk_path(node), .offset = start, .size = size,
      .grows = disk_grows(node, start + (int64_t)size),
    };
    struct disk_verdict verdict = disk_ask(&effect);
    enum outcome outcome = outcome_of(verdict);
    if (outcome == outcome_failed) return -1;
    limit = outcome == outcome_lost ? 0 : limit_of(verdict, size);
    is_torn = outcome == outcome_lost || verdict.fate == disk_torn;
    if (limit == 0) return (ssize_t)size;
    keep(handle, transfer.descriptor, start, start + (int64_t)limit);
  }
  ssize_t written = limit == size ? do_really(transfer, true) : do_partly(transfer, limit, true);
  if (written < 0) return written;
  disk_wrote(node, start, start + written);
  // O_SYNC has the bit of O_DSYNC in it.
  if (handle->flags & O_DSYNC && !is_torn) disk_flush_file(node);
  return is_torn ? (ssize_t)size : written;
}

static struct transfer transfer_of(int descriptor, const struct iovec *piece, int64_t offset) {
  return (struct transfer){descriptor, piece, 1, offset};
}

ssize_t read(int descriptor, void *bytes, size_t size) {
  struct disk_handle *handle = file_of(descriptor);
  if (!handle) return REAL(read)(descriptor, bytes, size);
  return read_below(transfer_of(descriptor, &(struct iovec){bytes, size}, -1), handle);
}

ssize_t pread(int descriptor, void *bytes, size_t size, off_t offset) {
  struct disk_handle *handle = file_of(descriptor);
  if (!handle || offset < 0) return REAL(pread)(descriptor, bytes, size, offset);
  return read_below(transfer_of(descriptor, &(struct iovec){bytes, size}, offset), handle);
}
SAME(pread64, pread);

ssize_t readv(int descriptor, const struct iovec *pieces, int count) {
  struct disk_handle *handle = file_of(descriptor);
  if (!handle) return REAL(readv)(descriptor, pieces, count);
  return read_below((struct transfer){descriptor, pieces, count, -1}, handle);
}

ssize_t preadv(int descriptor, const struct iovec *pieces, int count, off_t offset) {
  struct disk_handle *handle = file_of(descriptor);
  if (!handle || offset < 0) return REAL(preadv)(descriptor, pieces, count, offset);
  return read_below((struct transfer){descriptor, pieces, count, offset}, handle);
}
SAME(preadv64, preadv);

ssize_t write(int descriptor, const void *bytes, size_t size) {
  struct disk_handle *handle = file_of(descriptor);
  if (!handle) return REAL(write)(descriptor, bytes, size);
  return write_below(transfer_of(descriptor, &(struct iovec){(void *)(uintptr_t)bytes, size}, -1), handle);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t size, off_t offset) {
  struct disk_handle *handle = file_of(descriptor);
  if (!handle || offset < 0) return REAL(pwrite)(descriptor, bytes, size, offset);
  return write_below(transfer_of(descriptor, &(struct iovec){(void *)(uintptr_t)bytes, size}, offset), handle);
}
SAME(pwrite64, pwrite);

ssize_t writev(int descriptor, const struct iovec *pieces, int count) {
  struct disk_handle *handle = file_of(descriptor);
  if (!handle) return REAL(writev)(descriptor, pieces, count);
  return write_below((struct transfer){descriptor, pieces, count, -1}, handle);
}

ssize_t pwritev(int descriptor, const struct iovec *pieces, int count, off_t offset) {
  struct disk_handle *handle = file_of(descriptor);
  if (!handle || offset < 0) return REAL(pwritev)(descriptor, pieces, count, offset);
  return write_below((struct transfer){descriptor, pieces, count, offset}, handle);
}
SAME(pwritev64, pwritev);

// Flushing --------------------------------------------------------------------------------------------------------

// Asks about a flush. Whether it makes something durable; -1 if it failed.
static int flushes(enum disk_call call, const char *path, size_t size) {
  struct disk_verdict verdict = disk_ask(&(struct disk_effect){.call = call, .path = path, .size = size});
  enum outcome outcome = outcome_of(verdict);
  return outcome == outcome_failed ? -1 : outcome == outcome_done;
}

// tmpfs has nothing to flush.
static int flush(struct disk_handle *handle) {
  struct disk_node *node = handle->node;
  if (disk_is_shared_memory(node)) return 0;
  bool is_directory = disk_is_directory(node);
  int result = flushes(is_directory ? disk_sync_directory : disk_sync, disk_path(node), 0);
  if (result == 1 && is_directory) disk_flush_directory(node);
  if (result == 1 && !is_directory) disk_flush_file(node);
  return result < 0 ? -1 : 0;
}

int fsync(int descriptor) {
  struct disk_handle *handle = disk_handle_of(descriptor);
  return handle ? flush(handle) : REAL(fsync)(descriptor);
}

int fdatasync(int descriptor) {
  struct disk_handle *handle = disk_handle_of(descriptor);
  return handle ? flush(handle) : REAL(fdatasync)(descriptor);
}

// Starts and awaits writes, but flushes neither the file's size nor the device's cache: nothing is durable.
int sync_file_range(int descriptor, off_t offset, off_t size, unsigned flags) {
  struct disk_handle *handle = file_of(descriptor);
  if (!handle) return REAL(sync_file_range)(descriptor, offset, size, flags);
  return flushes(disk_sync, disk_path(handle->node), (size_t)size) < 0 ? -1 : 0;
}

int syncfs(int descriptor) {
  struct disk_handle *handle = disk_handle_of(descriptor);
  if (!handle) return REAL(syncfs)(descriptor);
  int result = flushes(disk_sync, disk_root(), 0);
  if (result == 1) disk_flush_everything();
  return result < 0 ? -1 : 0;
}

void sync(void) {
  REAL(sync)();
  if (disk_is_mounted && flushes(disk_sync, disk_root(), 0) == 1) disk_flush_everything();
}

// Lengths ---------------------------------------------------------------------------------------------------------

static enum outcome ask_length(const struct disk_node *node, int64_t length, int64_t difference, bool grows) {
  struct disk_effect effect = {
    .call = disk_truncate, .path = disk_path(node), .offset = length, .grows = grows,
    .size = (size_t)(difference < 0 ? -difference : difference),
  };
  return outcome_of(disk_ask(&effect));
}

int ftruncate(int descriptor, off_t length) {
  struct disk_handle *handle = file_of(descriptor);
  if (!handle || length < 0 || !is_writable(handle->flags)) return REAL(ftruncate)(descriptor, length);
  struct disk_node *node = handle->node;
  if (!disk_is_shared_memory(node)) {
    enum outcome outcome = ask_length(node, length, length - disk_size(node), false);
    if (outcome != outcome_done) return outcome == outcome_lost ? 0 : -1;
    keep(handle, descriptor, length, disk_size(node));
  }
  if (REAL(ftruncate)(descriptor, length) != 0) return -1;
  disk_resized(node, length);
  return 0;
}
SAME(ftruncate64, ftruncate);

int truncate(const char *path, off_t length) {
  char absolute[PATH_MAX];
  struct stat status;
  if (!disk_resolve(AT_FDCWD, path, absolute)) return REAL(truncate)(path, length);
  if (REAL(stat)(absolute, &status) != 0) return -1;
  struct disk_node *node = S_ISREG(status.st_mode) ? disk_node_at(absolute, &status, true) : NULL;
  if (!node || length < 0) return REAL(truncate)(absolute, length);
  if (!disk_is_shared_memory(node)) {
    enum outcome outcome = ask_length(node, length, length - disk_size(node), false);
    if (outcome != outcome_done) return outcome == outcome_lost ? 0 : -1;
    keep_at(absolute, node, length, disk_size(node));
  }
  if (REAL(truncate)(absolute, length) != 0) return -1;
  disk_resized(node, length);
  return 0;
}
SAME(truncate64, truncate);

int fallocate(int descriptor, int mode, off_t offset, off_t size) {
  struct disk_handle *handle = file_of(descriptor);
  if (!handle || offset < 0 || size <= 0 || disk_is_shared_memory(handle->node)) {
    return REAL(fallocate)(descriptor, mode, offset, size);
  }
  struct disk_node *node = handle->node;
  int64_t end = offset + size;
  bool is_longer = !(mode & FALLOC_FL_KEEP_SIZE) && end > disk_size(node);
  bool is_erased = mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE);
  int64_t length = is_longer ? end : disk_size(node);
  enum outcome outcome = ask_length(node, length, length - disk_size(node), disk_grows(node, end));
  if (outcome != outcome_done) return outcome == outcome_lost ? 0 : -1;
  if (is_erased) keep(handle, descriptor, offset, end);
  if (REAL(fallocate)(descriptor, mode, offset, size) != 0) return -1;
  if (!(mode & FALLOC_FL_PUNCH_HOLE)) disk_reserved(node, end);
  if (is_longer) disk_resized(node, end);
  return 0;
}
SAME(fallocate64, fallocate);

// Returns the error, and leaves errno alone.
int posix_fallocate(int descriptor, off_t offset, off_t size) {
  if (!file_of(descriptor)) return REAL(posix_fallocate)(descriptor, offset, size);
  int before = errno;
  int result = fallocate(descriptor, 0, offset, size) == 0 ? 0 : errno;
  errno = before;
  return result;
}
SAME(posix_fallocate64, posix_fallocate);

// Changes of names ------------------------------------------------------------------------------------------------

int renameat2(int from_directory, const char *from, int to_directory, const char *to, unsigned flags) {
  char old[PATH_MAX], new[PATH_MAX];
  struct stat status;
  bool leaves = disk_resolve(from_directory, from, old), enters = disk_resolve(to_directory, to, new);
  if (!leaves && !enters) return REAL(renameat2)(from_directory, from, to_directory, to, flags);
  // The root is a file system of its own.
  if (leaves != enters) return failed(EXDEV);
  if (REAL(lstat)(old, &status) != 0) return -1;
  if (!disk_is_shared_memory(disk_node_at(old, &status, false))) {
    enum outcome outcome = ask(disk_rename, old, new);
    if (outcome != outcome_done) return outcome == outcome_lost ? 0 : -1;
  }
  return disk_move(old, new, flags);
}

int renameat(int from_directory, const char *from, int to_directory, const char *to) {
  return renameat2(from_directory, from, to_directory, to, 0);
}

int rename(const char *from, const char *to) { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }

int unlinkat(int directory, const char *path, int flags) {
  char absolute[PATH_MAX];
  struct stat status;
  if (!disk_resolve(directory, path, absolute)) return REAL(unlinkat)(directory, path, flags);
  if (REAL(lstat)(absolute, &status) != 0) return -1;
  // That fails.
  if (S_ISDIR(status.st_mode) != !!(flags & AT_REMOVEDIR)) return REAL(unlinkat)(directory, path, flags);
  if (!disk_is_shared_memory(disk_node_at(absolute, &status, false))) {
    enum outcome outcome = ask(disk_unlink, absolute, NULL);
    if (outcome != outcome_done) return outcome == outcome_lost ? 0 : -1;
  }
  return disk_remove(absolute, &status);
}

int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }

int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

int remove(const char *path) {
  char absolute[PATH_MAX];
  struct stat status;
  if (!disk_resolve(AT_FDCWD, path, absolute)) return REAL(remove)(path);
  if (REAL(lstat)(absolute, &status) != 0) return -1;
  return unlinkat(AT_FDCWD, absolute, S_ISDIR(status.st_mode) ? AT_REMOVEDIR : 0);
}

// Notes what a link or symbolic link has made at `path`.
static int linked(const char *path, bool is_new) {
  struct stat status;
  if (REAL(lstat)(path, &status) != 0) disk_stop("a new name cannot be examined", path);
  disk_made(path, disk_node_at(path, &status, false), is_new);
  return 0;
}

int linkat(int from_directory, const char *from, int to_directory, const char *to, int flags) {
  char old[PATH_MAX], new[PATH_MAX];
  struct stat status;
  bool leaves = disk_resolve(from_directory, from, old), enters = disk_resolve(to_directory, to, new);
  if (!enters && !leaves) return REAL(linkat)(from_directory, from, to_directory, to, flags);
  if (!enters) return failed(EXDEV);
  if (REAL(lstat)(new, &status) == 0) return failed(EEXIST);
  // An open file without a name has one in /proc, or none at all: its device tells whether it is ours.
  bool is_open = flags & (AT_EMPTY_PATH | AT_SYMLINK_FOLLOW);
  if (!leaves && !is_open) return failed(EXDEV);
  enum outcome outcome = ask(disk_link, leaves ? old : from, new);
  if (outcome != outcome_done) return outcome == outcome_lost ? 0 : -1;
  return REAL(linkat)(from_directory, from, AT_FDCWD, new, flags) == 0 ? linked(new, false) : -1;
}

int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

int symlinkat(const char *content, int directory, const char *path) {
  char absolute[PATH_MAX];
  struct stat status;
  if (!disk_resolve(directory, path, absolute)) return REAL(symlinkat)(content, directory, path);
  if (REAL(lstat)(absolute, &status) == 0) return failed(EEXIST);
  enum outcome outcome = ask(disk_link, absolute, NULL);
  if (outcome != outcome_done) return outcome == outcome_lost ? 0 : -1;
  return REAL(symlinkat)(content, AT_FDCWD, absolute) == 0 ? linked(absolute, true) : -1;
}

int symlink(const char *content, const char *path) { return symlinkat(content, AT_FDCWD, path); }

int mkdirat(int directory, const char *path, mode_t mode) {
  char absolute[PATH_MAX];
  struct stat status;
  if (!disk_resolve(directory, path, absolute)) return REAL(mkdirat)(directory, path, mode);
  if (REAL(lstat)(absolute, &status) == 0) return failed(EEXIST);
  enum outcome outcome = ask(disk_make_directory, absolute, NULL);
  if (outcome != outcome_done) return outcome == outcome_lost ? 0 : -1;
  if (REAL(mkdir)(absolute, mode) != 0) return -1;
  disk_made_directory(absolute);
  return 0;
}

int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

// Examining -------------------------------------------------------------------------------------------------------

int fstat(int descriptor, struct stat *status) {
  struct disk_handle *handle = disk_handle_of(descriptor);
  int result = REAL(fstat)(descriptor, status);
  if (result == 0 && handle) disk_disguise(status, handle->node);
  return result;
}
SAME(fstat64, fstat);

int fstatat(int directory, const char *path, struct stat *status, int flags) {
  char absolute[PATH_MAX];
  if (flags & AT_EMPTY_PATH && path[0] == 0 && directory != AT_FDCWD) return fstat(directory, status);
  if (!disk_resolve(directory, path, absolute)) return REAL(fstatat)(directory, path, status, flags);
  int result = REAL(fstatat)(AT_FDCWD, absolute, status, flags);
  if (result != 0) return result;
  int code = errno;
  struct disk_node *node = disk_node_at(absolute, status, !(flags & AT_SYMLINK_NOFOLLOW));
  if (node) disk_disguise(status, node);
  errno = code;
  return 0;
}
SAME(fstatat64, fstatat);

int stat(const char *path, struct stat *status) { return fstatat(AT_FDCWD, path, status, 0); }
SAME(stat64, stat);

int lstat(const char *path, struct stat *status) { return fstatat(AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW); }
SAME(lstat64, lstat);

int statx(int directory, const char *path, int flags, unsigned mask, struct statx *status) {
  int result = REAL(statx)(directory, path, flags, mask, status);
  struct stat plain;
  if (result != 0 || !disk_is_mounted) return result;
  int relevant = flags & (AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH);
  if (fstatat(directory, path, &plain, relevant) != 0 || plain.st_dev != 1) return 0;
  status->stx_ino = plain.st_ino;
  status->stx_dev_major = major(plain.st_dev);
  status->stx_dev_minor = minor(plain.st_dev);
  status->stx_nlink = (uint32_t)plain.st_nlink;
  status->stx_size = (uint64_t)plain.st_size;
  status->stx_blocks = (uint64_t)plain.st_blocks;
  status->stx_mtime.tv_sec = status->stx_atime.tv_sec = plain.st_mtim.tv_sec;
  status->stx_mtime.tv_nsec = status->stx_atime.tv_nsec = (uint32_t)plain.st_mtim.tv_nsec;
  status->stx_ctime.tv_sec = plain.st_ctim.tv_sec;
  status->stx_ctime.tv_nsec = (uint32_t)plain.st_ctim.tv_nsec;
  status->stx_mask &= ~(uint32_t)STATX_BTIME;
  return 0;
}

static void set_times(struct disk_node *node, const struct timespec times[2]) {
  bool is_now = !times || times[1].tv_nsec == UTIME_NOW;
  if (!is_now && times[1].tv_nsec == UTIME_OMIT) return;
  disk_set_modified(node, is_now ? disk_now() : times[1].tv_sec * INT64_C(1000000000) + times[1].tv_nsec);
}

int futimens(int descriptor, const struct timespec times[2]) {
  struct disk_handle *handle = disk_handle_of(descriptor);
  int result = REAL(futimens)(descriptor, times);
  if (result == 0 && handle) set_times(handle->node, times);
  return result;
}

int utimensat(int directory, const char *path, const struct timespec times[2], int flags) {
  char absolute[PATH_MAX];
  struct stat status;
  int result = REAL(utimensat)(directory, path, times, flags);
  if (result != 0 || !disk_resolve(directory, path, absolute)) return result;
  if (REAL(fstatat)(AT_FDCWD, absolute, &status, flags) != 0) return 0;
  struct disk_node *node = disk_node_at(absolute, &status, !(flags & AT_SYMLINK_NOFOLLOW));
  if (node) set_times(node, times);
  return 0;
}

// Ways to write that the model would not see ----------------------------------------------------------------------

void *mmap(void *address, size_t size, int protection, int flags, int descriptor, off_t offset) {
  struct disk_handle *handle = flags & MAP_ANONYMOUS ? NULL : file_of(descriptor);
  bool is_unseen = (flags & MAP_TYPE) != MAP_PRIVATE && protection & PROT_WRITE;
  if (handle && is_unseen && !disk_is_shared_memory(handle->node)) {
    disk_stop("a file is mapped to be written", disk_path(handle->node));
  }
  return REAL(mmap)(address, size, protection, flags, descriptor, offset);
}
SAME(mmap64, mmap);

FILE *fopen(const char *path, const char *mode) {
  char absolute[PATH_MAX];
  if (strpbrk(mode, "wa+") && disk_resolve(AT_FDCWD, path, absolute)) disk_stop("a stream writes", absolute);
  return REAL(fopen)(path, mode);
}
SAME(fopen64, fopen);

ssize_t sendfile(int target, int source, off_t *offset, size_t size) {
  if (file_of(target)) disk_stop("sendfile writes", disk_path(file_of(target)->node));
  return REAL(sendfile)(target, source, offset, size);
}
SAME(sendfile64, sendfile);

ssize_t copy_file_range(int source, off_t *from, int target, off_t *to, size_t size, unsigned flags) {
  if (file_of(target)) disk_stop("copy_file_range writes", disk_path(file_of(target)->node));
  return REAL(copy_file_range)(source, from, target, to, size, flags);
}
