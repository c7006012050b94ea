#define _GNU_SOURCE
#include "disk_model.h"
#include "include/executor.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

// Swift's runtime asks the kernel by syscall(2), BoringSSL and Foundation by getrandom(3) or arc4random(3), and SQLite by
// reading /dev/urandom.

static _Thread_local uint64_t (*next_number)(void);

void randomness_begin(uint64_t (*next)(void)) { next_number = next; }

static ssize_t fill(void *buffer, size_t size) {
  for (size_t done = 0; done < size; done += sizeof(uint64_t)) {
    uint64_t number = next_number();
    size_t rest = size - done;
    memcpy((char *)buffer + done, &number, rest < sizeof number ? rest : sizeof number);
  }
  return (ssize_t)size;
}

ssize_t getrandom(void *buffer, size_t size, unsigned int flags) {
  if (next_number) return fill(buffer, size);
  return syscall(SYS_getrandom, buffer, size, flags);
}

int getentropy(void *buffer, size_t size) {
  return getrandom(buffer, size, 0) == (ssize_t)size ? 0 : -1;
}

int randomness_open(void) {
  if (!next_number) return -1;
  char bytes[4096];
  fill(bytes, sizeof bytes);
  int file = memfd_create("random", MFD_CLOEXEC);
  if (file < 0 || write(file, bytes, sizeof bytes) != sizeof bytes || lseek(file, 0, SEEK_SET) != 0) {
    disk_stop("random numbers cannot be made", "/dev/urandom");
  }
  return file;
}

// Names of files and rows hold it.
pid_t getpid(void) { return next_number ? 4242 : (pid_t)syscall(SYS_getpid); }

void arc4random_buf(void *buffer, size_t size) { getrandom(buffer, size, 0); }

uint32_t arc4random(void) {
  uint32_t number = 0;
  arc4random_buf(&number, sizeof number);
  return number;
}

uint32_t arc4random_uniform(uint32_t bound) {
  return bound ? (uint32_t)(((uint64_t)arc4random() * bound) >> 32) : 0;
}

long syscall(long number, ...) {
  va_list list;
  long a[6];
  va_start(list, number);
  for (int i = 0; i < 6; i++) a[i] = va_arg(list, long);
  va_end(list);
  if (number == SYS_getrandom && next_number) return fill((void *)a[0], (size_t)a[1]);
  static long (*real)(long, ...);
  if (!real) real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
  return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
