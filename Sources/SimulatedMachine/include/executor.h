#ifndef SIMULATED_MACHINE_EXECUTOR_H
#define SIMULATED_MACHINE_EXECUTOR_H

#include <stddef.h>
#include <stdint.h>

/// Swift's jobs, of all tasks and actors of the process: instead of running on threads they wait here, until the thread
/// that called `executor_begin` runs one. For one simulation per process.

/// From now on every job that is enqueued waits. Call it before the first task begins.
void executor_begin(void);

/// How many jobs wait.
size_t executor_ready(void);

/// Runs the job at `index`, which is below `executor_ready()`, until it suspends or ends.
void executor_run(size_t index);

/// Forgets all jobs that wait: the process that they belonged to is dead. What they hold is leaked, because a dead
/// process frees nothing either.
void executor_forget(void);

/// Jobs that another thread enqueued, or that wanted to wait by the real clock: a run with one cannot be replayed.
uint64_t executor_foreign(void);

/// From now on random numbers of libc and of the kernel, as Swift's `.random(in:)` takes them, come from `next` on the
/// calling thread, and the process has always the same number there; nil ends it.
void randomness_begin(uint64_t (*next)(void));

/// A file with such numbers, in place of /dev/urandom; -1 where they are the kernel's.
int randomness_open(void);

#endif
