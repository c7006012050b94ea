#define _GNU_SOURCE
// The fortified headers define some of the functions inline, beside which no other definition can stand.
#undef _FORTIFY_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "disk_model.h"

enum { page_size = 4096, bucket_count = 1 << 14, growth_limit = 16 };

static const int64_t second = 1000000000;
static const int64_t page_age = 10 * second;            // the mean after which a page is written back
static const int64_t entry_age = 5 * second;            // and a change of a name
static const int64_t page_age_limit = 30 * second;      // dirty_expire_centisecs of Linux
static const int64_t entry_age_limit = 60 * second;     // one in e^12 would be older

struct kept_page {
  int64_t index;
  int64_t time;            // of the first write since the page was durable
  int length;              // less than a page at the end of the durable bytes
  unsigned char *bytes;
};

struct growth {
  int64_t time;
  int64_t end;             // the size to which the file grew about then
};

struct disk_node {
  struct disk_node *previous, *next;     // in the order of first sight, which is the order of the draws
  struct disk_node *next_in_bucket;
  dev_t device;
  ino_t inode;
  uint64_t number;                       // the virtual inode
  bool is_directory, is_shared_memory, is_vacant;
  char **names;
  size_t name_count;
  char *last_name;
  size_t handle_count, change_count;
  size_t grave_count;                    // links in `ROOT.lost`
  int64_t grave;                         // the last of them
  int64_t modified, changed;

  int64_t size, durable_size;
  int64_t room;                          // where the file's last block ends
  int64_t cut_size;                      // the least size since the last flush, if below durable_size; else -1
  int64_t cut_time;
  struct growth growths[growth_limit];   // the newest last
  int growth_count;
  struct kept_page *pages;               // in the order of their writes
  size_t page_count, page_capacity;
  uint32_t *slots;                       // a hash table of places in `pages`, plus one
  size_t slot_count;
};

enum change_kind { change_made, change_made_directory, change_removed, change_removed_directory, change_moved,
                   change_exchanged };

// A change of names that is not durable.
struct change {
  struct change *previous, *next;
  enum change_kind kind;
  int64_t time;
  char *path, *target;
  struct disk_node *node, *replaced, *parent, *other_parent;
  int64_t grave;                         // where the removed or replaced file is, or -1
  mode_t mode;                           // of the removed or replaced directory
};

_Thread_local bool disk_is_mounted;

static char root[PATH_MAX];
static size_t root_length;
static struct disk_hooks hooks;
static bool is_exempt, is_judging;
static int64_t mounted_at;

static struct disk_node *buckets[bucket_count];
static struct disk_node *first_node, *last_node;
static struct change *first_change, *last_change;
static int64_t next_grave;
static uint64_t next_number;
static uint64_t *free_numbers;
static size_t free_number_count, free_number_capacity;
static struct disk_handle *handles;
static int handle_capacity;

const char *disk_root(void) { return root; }

_Noreturn void disk_stop(const char *problem, const char *path) {
  fprintf(stderr, "the simulated disk: %s: %s (%s)\n", problem, path, strerror(errno));
  abort();
}

static void *grown(void *memory, size_t count, size_t size) {
  void *result = reallocarray(memory, count, size);
  if (!result) disk_stop("no memory", root);
  return result;
}

static char *copied(const char *text) {
  size_t size = strlen(text) + 1;
  return memcpy(grown(NULL, size, 1), text, size);
}

int64_t disk_now(void) { return hooks.now(hooks.context); }

// For ages: the wall clock may be set.
int64_t disk_uptime(void) { return hooks.uptime(hooks.context); }

uint64_t disk_random(void) { return hooks.random(hooks.context); }

static uint64_t below(uint64_t limit) { return disk_random() % limit; }

// An age at which something that is not flushed became durable by itself: half-lives, counted by coins, and a part of
// the next one. Integers only, because log(3) may differ in its last bit from one processor to another.
static int64_t drawn_age(int64_t mean) {
  int64_t half_life = mean / 10000 * 6931;
  int64_t count = __builtin_ctzll(disk_random() | UINT64_C(1) << 63);
  int64_t part = (int64_t)(disk_random() >> 44);
  return half_life * count + half_life / (1 << 20) * part;
}

// How a file or the list of names fares at a cut.
enum luck { luck_nothing, luck_everything, luck_mixed, luck_mixed_too, luck_count };

static bool survives(int64_t time, int64_t mean, enum luck luck, int64_t now) {
  if (now - time > drawn_age(mean)) return true;
  return luck == luck_everything || (luck >= luck_mixed && below(2));
}

// Names -----------------------------------------------------------------------------------------------------------

static bool is_below(const char *path) {
  return strncmp(path, root, root_length) == 0 && (path[root_length] == '/' || path[root_length] == 0);
}

// Appends the parts of `path` to `absolute`, which has `length` bytes. The new length, or -1 if it is too long.
static ssize_t append_parts(char absolute[PATH_MAX], size_t length, const char *path) {
  while (*path) {
    while (*path == '/') path++;
    size_t part = strcspn(path, "/");
    bool is_dot = part == 1 && path[0] == '.';
    bool is_parent = part == 2 && path[0] == '.' && path[1] == '.';
    if (is_parent) {
      while (length > 0 && absolute[--length] != '/') continue;
    } else if (part > 0 && !is_dot) {
      if (length + part + 2 > PATH_MAX) return -1;
      absolute[length++] = '/';
      memcpy(absolute + length, path, part);
      length += part;
    }
    path += part;
  }
  absolute[length] = 0;
  return (ssize_t)length;
}

// The path of an open directory, which `path` gets. Its length, or -1 if there is none.
static ssize_t directory_path(int directory, char path[PATH_MAX]) {
  struct disk_handle *handle = disk_handle_of(directory);
  if (handle) {
    strcpy(path, disk_path(handle->node));
    return (ssize_t)strlen(path);
  }
  char link[40] = "/proc/self/cwd";
  if (directory != AT_FDCWD) snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  if (length < 1 || path[0] != '/') return -1;
  return length == 1 ? 0 : length;
}

bool disk_resolve(int directory, const char *path, char absolute[PATH_MAX]) {
  if (!disk_is_mounted || !path || !path[0]) return false;
  int code = errno;
  ssize_t length = path[0] == '/' ? 0 : directory_path(directory, absolute);
  if (length >= 0) length = append_parts(absolute, (size_t)length, path);
  errno = code;
  return length >= 0 && is_below(absolute);
}

// The path with its last part cut off.
static void cut_last_part(char *path) { *strrchr(path, '/') = 0; }

const char *disk_path(const struct disk_node *node) {
  return node->name_count ? node->names[node->name_count - 1] : node->last_name;
}

bool disk_is_directory(const struct disk_node *node) { return node->is_directory; }

bool disk_is_shared_memory(const struct disk_node *node) { return node->is_shared_memory; }

static bool names_shared_memory(const char *path) {
  size_t length = strlen(path);
  return length > 4 && strcmp(path + length - 4, "-shm") == 0;
}

// Numbers ---------------------------------------------------------------------------------------------------------

// The lowest number of a file that is gone, as on ext4.
static uint64_t new_number(void) {
  if (free_number_count == 0) return ++next_number;
  size_t lowest = 0;
  for (size_t i = 1; i < free_number_count; i++) {
    if (free_numbers[i] < free_numbers[lowest]) lowest = i;
  }
  uint64_t number = free_numbers[lowest];
  free_numbers[lowest] = free_numbers[--free_number_count];
  return number;
}

static void vacate(struct disk_node *node) {
  node->is_vacant = true;
  if (free_number_count == free_number_capacity) {
    free_number_capacity = free_number_capacity * 2 + 64;
    free_numbers = grown(free_numbers, free_number_capacity, sizeof *free_numbers);
  }
  free_numbers[free_number_count++] = node->number;
}

// The file is back. A newer file with its number is gone, because its creation was undone before.
static void occupy(struct disk_node *node) {
  if (!node->is_vacant) return;
  node->is_vacant = false;
  for (size_t i = 0; i < free_number_count; i++) {
    if (free_numbers[i] != node->number) continue;
    free_numbers[i] = free_numbers[--free_number_count];
    return;
  }
}

// Nodes -----------------------------------------------------------------------------------------------------------

static struct disk_node **bucket_of(dev_t device, ino_t inode) {
  uint64_t hash = ((uint64_t)inode ^ ((uint64_t)device << 32)) * UINT64_C(0x9E3779B97F4A7C15);
  return &buckets[hash >> 50];
}

static struct disk_node *found_node(const struct stat *status) {
  struct disk_node *node = *bucket_of(status->st_dev, status->st_ino);
  while (node && (node->inode != status->st_ino || node->device != status->st_dev)) node = node->next_in_bucket;
  return node;
}

static void put_into_bucket(struct disk_node *node) {
  struct disk_node **bucket = bucket_of(node->device, node->inode);
  node->next_in_bucket = *bucket;
  *bucket = node;
}

static void take_from_bucket(struct disk_node *node) {
  struct disk_node **place = bucket_of(node->device, node->inode);
  while (*place != node) place = &(*place)->next_in_bucket;
  *place = node->next_in_bucket;
}

static int64_t whole_blocks(int64_t size) { return (size + page_size - 1) / page_size * page_size; }

static struct disk_node *new_node(const char *path, const struct stat *status) {
  struct disk_node *node = calloc(1, sizeof *node);
  if (!node) disk_stop("no memory", path);
  node->device = status->st_dev;
  node->inode = status->st_ino;
  node->number = new_number();
  node->is_directory = S_ISDIR(status->st_mode);
  node->is_shared_memory = names_shared_memory(path);
  node->last_name = copied(path);
  node->modified = node->changed = mounted_at;
  node->cut_size = -1;
  node->size = node->durable_size = node->is_directory ? 0 : status->st_size;
  node->room = whole_blocks(node->size);
  node->previous = last_node;
  *(last_node ? &last_node->next : &first_node) = node;
  last_node = node;
  put_into_bucket(node);
  return node;
}

static void forget_pages(struct disk_node *node) {
  for (size_t i = 0; i < node->page_count; i++) free(node->pages[i].bytes);
  node->page_count = 0;
  if (node->slot_count > 1 << 12) {
    free(node->slots);
    node->slots = NULL;
    node->slot_count = 0;
  } else if (node->slots) {
    memset(node->slots, 0, node->slot_count * sizeof *node->slots);
  }
}

static void free_node(struct disk_node *node) {
  take_from_bucket(node);
  *(node->previous ? &node->previous->next : &first_node) = node->next;
  *(node->next ? &node->next->previous : &last_node) = node->previous;
  forget_pages(node);
  for (size_t i = 0; i < node->name_count; i++) free(node->names[i]);
  free(node->names);
  free(node->last_name);
  free(node->pages);
  free(node->slots);
  free(node);
}

// Forgets a file that is gone, and that no cut can bring back.
static void release(struct disk_node *node) {
  if (!node || node->name_count > 0 || node->handle_count > 0) return;
  if (!node->is_vacant) vacate(node);
  if (node->change_count == 0 && node->grave_count == 0) free_node(node);
}

static void add_name(struct disk_node *node, const char *path) {
  for (size_t i = 0; i < node->name_count; i++) {
    if (strcmp(node->names[i], path) == 0) return;
  }
  node->names = grown(node->names, node->name_count + 1, sizeof *node->names);
  node->names[node->name_count++] = copied(path);
  occupy(node);
}

static void drop_name(struct disk_node *node, const char *path) {
  for (size_t i = 0; i < node->name_count; i++) {
    if (strcmp(node->names[i], path) != 0) continue;
    free(node->last_name);
    node->last_name = node->names[i];
    node->names[i] = node->names[--node->name_count];
    break;
  }
  release(node);
}

// Renames a node, and what is below it if it is a directory.
static void change_name(struct disk_node *node, const char *from, const char *to) {
  size_t length = strlen(from);
  struct disk_node *last = node->is_directory ? NULL : node->next;
  for (struct disk_node *other = node->is_directory ? first_node : node; other != last; other = other->next) {
    for (size_t i = 0; i < other->name_count; i++) {
      char *name = other->names[i];
      if (strncmp(name, from, length) != 0 || (name[length] != '/' && name[length] != 0)) continue;
      char *changed = grown(NULL, strlen(to) + strlen(name + length) + 1, 1);
      strcpy(stpcpy(changed, to), name + length);
      free(name);
      other->names[i] = changed;
    }
  }
}

struct disk_node *disk_node_at(const char *path, const struct stat *status, bool follows) {
  struct disk_node *node = found_node(status);
  if (node && follows && node->name_count > 0) return node;
  char real[PATH_MAX];
  struct stat plain;
  if (follows) {
    // The name may be that of a symbolic link, which may lead out of the root.
    if (REAL(lstat)(path, &plain) != 0) return NULL;
    if (S_ISLNK(plain.st_mode)) path = realpath(path, real);
    if (!path || !is_below(path)) return NULL;
  }
  if (!node) node = new_node(path, status);
  add_name(node, path);
  return node;
}

struct disk_node *disk_unnamed(const char *directory, const struct stat *status) {
  struct disk_node *node = new_node(directory, status);
  node->modified = node->changed = disk_now();
  return node;
}

void disk_disguise(struct stat *status, const struct disk_node *node) {
  status->st_dev = 1;
  status->st_ino = node->number;
  status->st_nlink -= node->grave_count;
  // The size of a directory of tmpfs would tell how many entries it has, that of a real one hardly changes.
  if (node->is_directory) status->st_size = page_size;
  status->st_blksize = page_size;
  status->st_blocks = whole_blocks(status->st_size) / 512;
  status->st_mtim.tv_sec = node->modified / second;
  status->st_mtim.tv_nsec = node->modified % second;
  status->st_ctim.tv_sec = node->changed / second;
  status->st_ctim.tv_nsec = node->changed % second;
  status->st_atim = status->st_mtim;
}

void disk_set_modified(struct disk_node *node, int64_t time) {
  node->modified = time;
  node->changed = disk_now();
}

// Descriptors -----------------------------------------------------------------------------------------------------

struct disk_handle *disk_handle_of(int descriptor) {
  if (!disk_is_mounted || descriptor < 0 || descriptor >= handle_capacity) return NULL;
  return handles[descriptor].node ? &handles[descriptor] : NULL;
}

void disk_attach(int descriptor, struct disk_node *node, int flags) {
  if (descriptor >= handle_capacity) {
    int capacity = descriptor * 2 + 64;
    handles = grown(handles, (size_t)capacity, sizeof *handles);
    memset(handles + handle_capacity, 0, (size_t)(capacity - handle_capacity) * sizeof *handles);
    handle_capacity = capacity;
  }
  disk_detach(descriptor);
  handles[descriptor] = (struct disk_handle){node, flags};
  node->handle_count++;
  occupy(node);
}

void disk_detach(int descriptor) {
  struct disk_handle *handle = disk_handle_of(descriptor);
  if (!handle) return;
  struct disk_node *node = handle->node;
  handle->node = NULL;
  node->handle_count--;
  release(node);
}

void disk_detach_range(unsigned first, unsigned last) {
  for (unsigned i = first; i <= last && i < (unsigned)handle_capacity; i++) disk_detach((int)i);
}

// Effects ---------------------------------------------------------------------------------------------------------

struct disk_verdict disk_ask(const struct disk_effect *effect) {
  if (is_exempt || is_judging) return (struct disk_verdict){.fate = disk_passes};
  is_judging = true;
  struct disk_verdict verdict = hooks.judge(effect, hooks.context);
  is_judging = false;
  return verdict;
}

int64_t disk_size(const struct disk_node *node) { return node->size; }

bool disk_has_durable(const struct disk_node *node, int64_t start) { return start < node->durable_size; }

bool disk_grows(const struct disk_node *node, int64_t end) { return end > node->room; }

static size_t slot_of(const struct disk_node *node, int64_t index) {
  size_t slot = (size_t)((uint64_t)index * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (node->slot_count - 1);
  while (node->slots[slot] && node->pages[node->slots[slot] - 1].index != index) {
    slot = (slot + 1) & (node->slot_count - 1);
  }
  return slot;
}

static void grow_slots(struct disk_node *node) {
  free(node->slots);
  node->slot_count = node->slot_count ? node->slot_count * 2 : 64;
  node->slots = calloc(node->slot_count, sizeof *node->slots);
  if (!node->slots) disk_stop("no memory", disk_path(node));
  for (size_t i = 0; i < node->page_count; i++) node->slots[slot_of(node, node->pages[i].index)] = (uint32_t)i + 1;
}

static struct kept_page *page_at(struct disk_node *node, int64_t index) {
  if ((node->page_count + 1) * 2 > node->slot_count) grow_slots(node);
  size_t slot = slot_of(node, index);
  if (node->slots[slot]) return &node->pages[node->slots[slot] - 1];
  if (node->page_count == node->page_capacity) {
    node->page_capacity = node->page_capacity * 2 + 8;
    node->pages = grown(node->pages, node->page_capacity, sizeof *node->pages);
  }
  node->slots[slot] = (uint32_t)node->page_count + 1;
  struct kept_page *page = &node->pages[node->page_count++];
  *page = (struct kept_page){.index = index, .bytes = grown(NULL, page_size, 1)};
  return page;
}

void disk_keep(struct disk_node *node, int source, int64_t start, int64_t end) {
  if (node->is_shared_memory) return;
  if (end > node->durable_size) end = node->durable_size;
  int64_t now = disk_uptime();
  for (int64_t index = start / page_size; index * page_size < end; index++) {
    struct kept_page *page = page_at(node, index);
    int64_t rest = node->durable_size - index * page_size;
    int length = rest < page_size ? (int)rest : page_size;
    // The kernel has written the page back by now. Not if a truncation is open: then it goes with the truncation.
    bool is_old = page->length > 0 && now - page->time > page_age_limit && node->cut_size < 0;
    if (is_old) page->length = 0;
    if (page->length == 0) page->time = now;
    if (page->length >= length) continue;
    ssize_t count = REAL(pread)(source, page->bytes + page->length, (size_t)(length - page->length),
                                index * page_size + page->length);
    if (count != length - page->length) disk_stop("durable bytes cannot be read", disk_path(node));
    page->length = length;
  }
}

static void note_growth(struct disk_node *node, int64_t end, int64_t now) {
  struct growth *last = node->growths + node->growth_count - 1;
  if (node->growth_count > 0 && now - last->time < page_age_limit / growth_limit + 1) {
    last->end = end;
    return;
  }
  if (node->growth_count == growth_limit) {
    // The oldest is older than pages get without being written back.
    if (node->cut_size < 0 && node->growths[0].end > node->durable_size) node->durable_size = node->growths[0].end;
    memmove(node->growths, node->growths + 1, (growth_limit - 1) * sizeof *node->growths);
    node->growth_count--;
  }
  node->growths[node->growth_count++] = (struct growth){now, end};
}

void disk_wrote(struct disk_node *node, int64_t start, int64_t end) {
  if (end <= start) return;
  node->modified = node->changed = disk_now();
  disk_reserved(node, end);
  if (end <= node->size) return;
  node->size = end;
  if (!node->is_shared_memory) note_growth(node, end, disk_uptime());
}

void disk_reserved(struct disk_node *node, int64_t end) {
  if (end > node->room) node->room = whole_blocks(end);
}

void disk_resized(struct disk_node *node, int64_t length) {
  int64_t now = disk_uptime();
  node->modified = node->changed = disk_now();
  if (length > node->size) {
    if (!node->is_shared_memory) note_growth(node, length, now);
  } else {
    int64_t blocks = whole_blocks(length);
    if (node->room > blocks) node->room = blocks;
    for (int i = 0; i < node->growth_count; i++) {
      if (node->growths[i].end > length) node->growths[i].end = length;
    }
    if (length < (node->cut_size < 0 ? node->durable_size : node->cut_size) && !node->is_shared_memory) {
      node->cut_size = length;
      node->cut_time = now;
    }
  }
  node->size = length;
}

void disk_flush_file(struct disk_node *node) {
  if (node->page_count > 0) forget_pages(node);
  node->durable_size = node->size;
  node->cut_size = -1;
  node->growth_count = 0;
}

// The list of changes of names ------------------------------------------------------------------------------------

static void grave_path(int64_t grave, char path[PATH_MAX]) {
  int length = snprintf(path, PATH_MAX, "%s.lost", root);
  if (grave >= 0) snprintf(path + length, PATH_MAX - (size_t)length, "/%lld", (long long)grave);
}

static struct disk_node *hold(struct disk_node *node) {
  if (node) node->change_count++;
  return node;
}

static void let_go(struct disk_node *node) {
  if (!node) return;
  node->change_count--;
  release(node);
}

static struct disk_node *parent_of(const char *path) {
  char parent[PATH_MAX];
  struct stat status;
  strcpy(parent, path);
  cut_last_part(parent);
  if (REAL(lstat)(parent, &status) != 0) disk_stop("a directory cannot be examined", parent);
  // The undoing goes by paths, which lead elsewhere once the link changes.
  if (S_ISLNK(status.st_mode)) disk_stop("a change of names goes through a symbolic link", path);
  return disk_node_at(parent, &status, false);
}

static void free_change(struct change *change) {
  *(change->previous ? &change->previous->next : &first_change) = change->next;
  *(change->next ? &change->next->previous : &last_change) = change->previous;
  let_go(change->node);
  let_go(change->replaced);
  let_go(change->parent);
  let_go(change->other_parent);
  free(change->path);
  free(change->target);
  free(change);
}

static void empty_grave(struct change *change) {
  if (change->grave < 0) return;
  char path[PATH_MAX];
  grave_path(change->grave, path);
  if (REAL(unlink)(path) != 0) disk_stop("a removed file cannot be dropped", path);
  (change->replaced ? change->replaced : change->node)->grave_count--;
}

static void make_durable_up_to(const struct change *last) {
  for (bool is_done = !last; !is_done;) {
    is_done = first_change == last;
    empty_grave(first_change);
    free_change(first_change);
  }
}

static struct change *note_change(enum change_kind kind, struct disk_node *node, const char *path, const char *target) {
  int64_t now = disk_uptime();
  while (first_change && now - first_change->time > entry_age_limit) make_durable_up_to(first_change);
  struct change *change = calloc(1, sizeof *change);
  if (!change) disk_stop("no memory", path);
  *change = (struct change){.kind = kind, .time = now, .path = copied(path), .grave = -1};
  change->target = target ? copied(target) : NULL;
  change->node = hold(node);
  change->parent = hold(parent_of(path));
  change->other_parent = target ? hold(parent_of(target)) : NULL;
  change->parent->modified = change->parent->changed = disk_now();
  if (target) change->other_parent->modified = change->other_parent->changed = disk_now();
  if (node) node->changed = disk_now();
  change->previous = last_change;
  *(last_change ? &last_change->next : &first_change) = change;
  last_change = change;
  return change;
}

void disk_flush_directory(struct disk_node *node) {
  struct change *last = last_change;
  while (last && last->parent != node && last->other_parent != node) last = last->previous;
  make_durable_up_to(last);
}

void disk_flush_everything(void) {
  for (struct disk_node *node = first_node; node; node = node->next) disk_flush_file(node);
  make_durable_up_to(last_change);
}

// Gives a file a further name in `ROOT.lost`, so that it outlives its own.
static int64_t bury(struct disk_node *node, const char *path) {
  char grave[PATH_MAX];
  grave_path(next_grave, grave);
  if (REAL(link)(path, grave) != 0) disk_stop("a removed file cannot be kept", path);
  node->grave_count++;
  node->grave = next_grave;
  return next_grave++;
}

// The removal failed.
static void exhume(struct disk_node *node, int64_t grave) {
  int code = errno;
  char path[PATH_MAX];
  grave_path(grave, path);
  if (REAL(unlink)(path) != 0) disk_stop("a removed file cannot be dropped", path);
  node->grave_count--;
  errno = code;
}

void disk_made(const char *path, struct disk_node *node, bool is_new) {
  if (is_new) node->modified = node->changed = disk_now();
  if (!node->is_shared_memory) note_change(change_made, node, path, NULL);
}

void disk_made_directory(const char *path) {
  struct stat status;
  if (REAL(lstat)(path, &status) != 0) disk_stop("a new directory cannot be examined", path);
  struct disk_node *node = disk_node_at(path, &status, false);
  node->modified = note_change(change_made_directory, node, path, NULL)->time;
}

int disk_remove(const char *path, const struct stat *status) {
  struct disk_node *node = disk_node_at(path, status, false);
  if (node->is_shared_memory) {
    if (REAL(unlink)(path) != 0) return -1;
    drop_name(node, path);
    return 0;
  }
  if (node->is_directory) {
    if (REAL(rmdir)(path) != 0) return -1;
    note_change(change_removed_directory, node, path, NULL)->mode = status->st_mode;
  } else {
    int64_t grave = bury(node, path);
    if (REAL(unlink)(path) != 0) {
      exhume(node, grave);
      return -1;
    }
    note_change(change_removed, node, path, NULL)->grave = grave;
  }
  drop_name(node, path);
  return 0;
}

static int exchange(const char *from, const char *to, struct disk_node *node, struct disk_node *other) {
  if (REAL(renameat2)(AT_FDCWD, from, AT_FDCWD, to, RENAME_EXCHANGE) != 0) return -1;
  // By way of a name that no file can have.
  change_name(node, from, "/");
  change_name(other, to, from);
  change_name(node, "/", to);
  return 0;
}

int disk_move(const char *from, const char *to, unsigned flags) {
  struct stat status, target;
  if (REAL(lstat)(from, &status) != 0) return -1;
  struct disk_node *node = disk_node_at(from, &status, false);
  bool replaces = REAL(lstat)(to, &target) == 0;
  struct disk_node *other = replaces ? disk_node_at(to, &target, false) : NULL;
  if (node == other) return REAL(renameat2)(AT_FDCWD, from, AT_FDCWD, to, flags);
  if (flags & RENAME_EXCHANGE && other) {
    if (exchange(from, to, node, other) != 0) return -1;
    note_change(change_exchanged, node, from, to)->replaced = hold(other);
    return 0;
  }
  int64_t grave = other && !other->is_directory && !node->is_shared_memory ? bury(other, to) : -1;
  if (REAL(renameat2)(AT_FDCWD, from, AT_FDCWD, to, flags) != 0) {
    if (grave >= 0) exhume(other, grave);
    return -1;
  }
  change_name(node, from, to);
  if (!node->is_shared_memory) {
    struct change *change = note_change(change_moved, node, from, to);
    change->grave = grave;
    change->replaced = hold(other);
    change->mode = replaces ? target.st_mode : 0;
  }
  if (other) drop_name(other, to);
  return 0;
}

// The cut ---------------------------------------------------------------------------------------------------------

static void restore(struct disk_node *node, int file, const struct kept_page *page, int64_t end) {
  int64_t start = page->index * page_size;
  int64_t length = end - start < page->length ? end - start : page->length;
  ssize_t count = REAL(pwrite)(file, page->bytes, (size_t)length, start);
  if (count != length) disk_stop("a page cannot be put back", disk_path(node));
}

// The size that survives of what was appended behind `base`.
static int64_t surviving_size(const struct disk_node *node, int64_t base, enum luck luck, int64_t now) {
  int64_t floor = base;
  for (int i = node->growth_count - 1; i >= 0; i--) {
    if (now - node->growths[i].time <= drawn_age(page_age)) continue;
    if (node->growths[i].end > floor) floor = node->growths[i].end;
    break;
  }
  int64_t rest = node->size - floor;
  if (luck == luck_nothing || rest == 0) return floor;
  return luck == luck_everything ? node->size : floor + (int64_t)below((uint64_t)rest + 1);
}

static void lose_contents(struct disk_node *node, int file, int64_t now) {
  enum luck luck = (enum luck)below(luck_count);
  bool is_cut = node->cut_size >= 0;
  bool undoes_cut = is_cut && !survives(node->cut_time, entry_age, luck, now);
  int64_t base = is_cut && !undoes_cut ? node->cut_size : node->durable_size;
  // What was written behind a truncation goes with it, and the bytes that it cut off come back.
  int64_t size = undoes_cut ? base : node->size > base ? surviving_size(node, base, luck, now) : base;
  if (REAL(ftruncate)(file, size) != 0) disk_stop("a file cannot be cut", disk_path(node));
  for (size_t i = 0; i < node->page_count; i++) {
    const struct kept_page *page = &node->pages[i];
    int64_t start = page->index * page_size;
    if (start >= base) continue;
    bool is_cut_off = undoes_cut && start + page_size > node->cut_size;
    if (is_cut_off || !survives(page->time, page_age, luck, now)) restore(node, file, page, base);
  }
  node->size = size;
  node->room = whole_blocks(size);
}

static void settle_contents(struct disk_node *node, int64_t now) {
  bool is_durable = node->page_count == 0 && node->cut_size < 0 && node->size <= node->durable_size;
  if (is_durable || node->is_directory || node->is_shared_memory) return;
  if (node->name_count > 0 || node->grave_count > 0) {
    char path[PATH_MAX];
    if (node->name_count > 0) strcpy(path, disk_path(node));
    else grave_path(node->grave, path);
    // A lease that somebody still has would hold up the open for 45 s: it fails instead.
    int file = REAL(open)(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0) disk_stop("a file cannot lose its unflushed bytes", path);
    lose_contents(node, file, now);
    REAL(close)(file);
  }
  disk_flush_file(node);
}

// A directory that comes back is a new one on the real file system, with the number that it had.
static void remake_directory(struct disk_node *node, const char *path, mode_t mode) {
  struct stat status;
  if (REAL(mkdir)(path, 0700) != 0 || REAL(chmod)(path, mode & 07777) != 0 || REAL(lstat)(path, &status) != 0) {
    disk_stop("a directory cannot be put back", path);
  }
  take_from_bucket(node);
  node->device = status.st_dev;
  node->inode = status.st_ino;
  put_into_bucket(node);
  add_name(node, path);
}

static void unbury(struct disk_node *node, int64_t grave, const char *path) {
  char from[PATH_MAX];
  grave_path(grave, from);
  if (REAL(renameat)(AT_FDCWD, from, AT_FDCWD, path) != 0) disk_stop("a file cannot be put back", path);
  node->grave_count--;
  add_name(node, path);
}

static void undo(struct change *change) {
  struct disk_node *node = change->node;
  int result = 0;
  switch (change->kind) {
    case change_made:
      result = REAL(unlink)(change->path);
      drop_name(node, change->path);
      break;
    case change_made_directory:
      result = REAL(rmdir)(change->path);
      drop_name(node, change->path);
      break;
    case change_removed:
      unbury(node, change->grave, change->path);
      break;
    case change_removed_directory:
      remake_directory(node, change->path, change->mode);
      break;
    case change_moved:
      result = REAL(renameat)(AT_FDCWD, change->target, AT_FDCWD, change->path);
      change_name(node, change->target, change->path);
      if (change->grave >= 0) unbury(change->replaced, change->grave, change->target);
      else if (change->replaced) remake_directory(change->replaced, change->target, change->mode);
      break;
    case change_exchanged:
      result = exchange(change->path, change->target, change->replaced, node);
      break;
  }
  if (result != 0) disk_stop("a change of names cannot be undone", change->path);
}

static void lose_entries(int64_t now) {
  size_t rest = 0;
  struct change *durable = last_change;
  for (; durable && now - durable->time <= drawn_age(entry_age); durable = durable->previous) rest++;
  make_durable_up_to(durable);
  enum luck luck = (enum luck)below(luck_count);
  size_t lost = luck == luck_nothing ? rest : luck == luck_everything ? 0 : below(rest + 1);
  for (size_t i = 0; i < lost; i++) {
    undo(last_change);
    free_change(last_change);
  }
  make_durable_up_to(last_change);
}

void disk_cut_power(void) {
  int64_t now = disk_uptime();
  for (struct disk_node *node = first_node; node; node = node->next) settle_contents(node, now);
  lose_entries(now);
}

// The mount -------------------------------------------------------------------------------------------------------

void disk_mount(const char *path, struct disk_hooks answers) {
  char real[PATH_MAX], graves[PATH_MAX];
  struct stat status;
  if (!realpath(path, real) || strcmp(real, path) != 0) disk_stop("not the real path of a directory", path);
  if (strlen(path) + 32 > PATH_MAX) disk_stop("too long a path", path);
  strcpy(root, path);
  root_length = strlen(root);
  hooks = answers;
  is_exempt = is_judging = false;
  next_grave = 0;
  next_number = 1;
  mounted_at = disk_now();
  grave_path(-1, graves);
  if (REAL(mkdir)(graves, 0700) != 0) disk_stop("the place for removed files cannot be made", graves);
  disk_is_mounted = true;
  if (REAL(stat)(root, &status) != 0 || !disk_node_at(root, &status, true)) disk_stop("no root", root);
}

void disk_unmount(void) {
  char graves[PATH_MAX];
  make_durable_up_to(last_change);
  grave_path(-1, graves);
  if (REAL(rmdir)(graves) != 0) disk_stop("the place for removed files is not empty", graves);
  while (first_node) free_node(first_node);
  free(handles);
  free(free_numbers);
  handles = NULL;
  handle_capacity = 0;
  free_numbers = NULL;
  free_number_count = free_number_capacity = 0;
  disk_is_mounted = false;
}

bool disk_exempt(bool exempt) {
  bool before = is_exempt;
  is_exempt = exempt;
  return before;
}
