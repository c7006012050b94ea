#include "include/executor.h"

#include <pthread.h>
#include <stdlib.h>

// The hooks of Swift's runtime, as swift/ABI/Executor.h and stdlib/public/Concurrency/GlobalExecutor.cpp have them: a
// hook gets what it replaces as its last argument.

#define SWIFTCALL __attribute__((swiftcall))

typedef struct SwiftJob SwiftJob;
typedef struct {
  void *identity;
  uintptr_t implementation;
} SerialExecutorRef;
typedef SWIFTCALL void (*enqueue_original)(SwiftJob *);
typedef SWIFTCALL void (*delay_original)(unsigned long long, SwiftJob *);

extern SWIFTCALL void (*swift_task_enqueueGlobal_hook)(SwiftJob *, enqueue_original);
extern SWIFTCALL void (*swift_task_enqueueGlobalWithDelay_hook)(unsigned long long, SwiftJob *, delay_original);
extern SWIFTCALL void swift_job_run(SwiftJob *, SerialExecutorRef);

static SwiftJob **jobs;
static size_t count, room;
static uint64_t foreign;
static pthread_t thread;

static SWIFTCALL void enqueue(SwiftJob *job, enqueue_original original) {
  if (!pthread_equal(pthread_self(), thread)) {
    __atomic_fetch_add(&foreign, 1, __ATOMIC_RELAXED);
    original(job);
    return;
  }
  if (count == room) {
    room = room ? 2 * room : 256;
    jobs = realloc(jobs, room * sizeof *jobs);
    if (!jobs) abort();
  }
  jobs[count++] = job;
}

static SWIFTCALL void enqueue_later(unsigned long long delay, SwiftJob *job, delay_original original) {
  __atomic_fetch_add(&foreign, 1, __ATOMIC_RELAXED);
  original(delay, job);
}

void executor_begin(void) {
  thread = pthread_self();
  swift_task_enqueueGlobal_hook = enqueue;
  swift_task_enqueueGlobalWithDelay_hook = enqueue_later;
}

size_t executor_ready(void) { return count; }

void executor_run(size_t index) {
  SwiftJob *job = jobs[index];
  // The order of the others stays, so that who draws 0 always runs them first in, first out.
  for (size_t i = index + 1; i < count; i++) jobs[i - 1] = jobs[i];
  count--;
  swift_job_run(job, (SerialExecutorRef){0, 0});
}

void executor_forget(void) { count = 0; }

uint64_t executor_foreign(void) { return __atomic_load_n(&foreign, __ATOMIC_RELAXED); }
