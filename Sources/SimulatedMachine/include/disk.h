#ifndef SIMULATED_MACHINE_DISK_H
#define SIMULATED_MACHINE_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A disk that can fail, fill up and lose power, below one directory of a real tmpfs.
//
// The executable defines the file functions of libc itself, so the real daemon and the real SQLite call this disk. It
// asks a judge before each effect, then does the effect on the real files and remembers how to undo it.
// `disk_cut_power` undoes a random part of what was not flushed. Files outside of the root, descriptors that were
// opened outside of it, and other threads than the one that mounted reach libc unchanged.
//
// Contents, per file. The disk keeps the durable bytes of a 4 KiB page at its first write since the last flush. A
// flush is fsync, fdatasync, syncfs, sync, or a write to a file that is open with O_SYNC or O_DSYNC. At a cut each
// unflushed page keeps its new bytes or gets the durable ones back, each on its own. What was appended survives as a
// prefix of random length in bytes, so no hole of zeros appears. A truncation survives or is undone, as a whole.
//
// Names, in one list for all directories. A flush of a directory makes its changes durable, and all changes before
// them. A flush of a file leaves its name alone, as POSIX allows. At a cut a random prefix of the list survives.
//
// Age helps, because a kernel writes back by itself: pages with a mean of 10 s, names with a mean of 5 s. A page that
// is written again after 30 s counts as written back in between, a change of a name as durable after 60 s.
//
// A `-shm` file keeps whatever was written, because SQLite maps it, and builds it anew after a crash. The judge hears
// of its opening and making only.
//
// Three ways to write would go unseen, and stop the program: shared mappings, streams of fopen(3), copies by the
// kernel. So does a change of names by way of a symbolic link to a directory. A rename or link across the root gets
// EXDEV.
//
// Everything is a function of the calls and of the hooks' answers: real inode numbers, times and addresses show
// nowhere.

enum disk_call {
  disk_open,             // of what exists
  disk_read,
  disk_write,
  disk_truncate,         // also fallocate, and an open that truncates
  disk_sync,             // of a file, or of everything: then the path is the root
  disk_sync_directory,
  disk_create,           // an open that makes the file
  disk_rename,
  disk_unlink,           // also rmdir
  disk_make_directory,
  disk_link              // also symlink
};

// What is about to happen. The strings live until the judge returns.
struct disk_effect {
  enum disk_call call;
  const char *path;      // absolute, the file's present name; its last name, if it has none
  const char *target;    // the new name, for a rename and a link, else null
  int64_t offset;        // the new length, for a truncation
  size_t size;           // in bytes; of a truncation: what it cuts off or adds
  bool grows;            // needs room that the file does not have yet
  bool writes;           // of an open: for writing
};

enum disk_fate {
  disk_passes,
  disk_fails,            // with `error`; 0 is EIO
  disk_partly,           // a read or a write of the first `count` bytes, which it reports
  disk_lost,             // reports success, without effect: the process is dead. Opens and reads pass
  disk_torn              // a write of the first `count` bytes, which reports all of them
};

// A fate that makes no sense for a call passes.
struct disk_verdict {
  enum disk_fate fate;
  int error;
  size_t count;
};

typedef struct disk_verdict (*disk_judge)(const struct disk_effect *effect, void *context);

// What a hook itself does to files passes unjudged.
struct disk_hooks {
  disk_judge judge;
  uint64_t (*random)(void *context);
  int64_t (*now)(void *context);         // nanoseconds since 1970, virtual: the times of files
  int64_t (*uptime)(void *context);      // nanoseconds that nobody sets: what was written long ago survives
  void *context;
};

// Takes over `root`, a directory named as realpath(3) names it, for the calling thread. What it holds is durable.
// `ROOT.lost`, beside it, keeps removed files until their removal is durable.
void disk_mount(const char *root, struct disk_hooks hooks);

// Leaves the files as they are, and forgets the rest.
void disk_unmount(void);

// Loses what was not flushed. The process has to be dead: its descriptors closed, and SQLite's connections too.
// Remaining `-shm` files are the caller's to remove.
void disk_cut_power(void);

// While true, effects are not judged; what a cut may do to them stays the same. Returns the value before.
bool disk_exempt(bool exempt);

#endif
