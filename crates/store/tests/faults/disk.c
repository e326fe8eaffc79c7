// A disk that can be cut off, torn and filled. Loaded before libc, it stands between a process and its files under
// FAULT_DIR and writes down, in FAULT_JOURNAL, every change and every sync: what was there before and what came. After
// the process was killed, what was never synced can be taken back as a power cut would, all of it or some of it.
//
// FAULT_SYNC_FAILS=N   the Nth sync answers EIO and the later ones do not, but what the Nth was for never reaches the disk
// FAULT_WRITE_FAILS=N  the Nth write and every later one answers EIO
// FAULT_READ_FAILS=N   the Nth read and every later one answers EIO
// FAULT_KILL_AT=N      instead of the Nth change, sync or change of a name the process is killed
// FAULT_FULL=BYTES     after so many bytes writes answer ENOSPC, until the file FAULT_FREE is there
//
// Where the disk has failed as it was told to, the file FAULT_TOLD is there.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static int journal = -1;
static const char *dir;
static long syncs, reads, writes, written, steps;

static long setting(const char *name) {
  const char *value = getenv(name);
  return value ? atol(value) : -1;
}

static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_pread)(int, void *, size_t, off_t);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_read)(int, void *, size_t);
static int (*real_fsync)(int), (*real_fdatasync)(int), (*real_ftruncate)(int, off_t), (*real_unlink)(const char *);
static int (*real_rename)(const char *, const char *), (*real_linkat)(int, const char *, int, const char *, int);

__attribute__((constructor)) static void begin(void) {
  real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
  real_pread = dlsym(RTLD_NEXT, "pread64");
  real_write = dlsym(RTLD_NEXT, "write");
  real_read = dlsym(RTLD_NEXT, "read");
  real_fsync = dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
  real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
  real_unlink = dlsym(RTLD_NEXT, "unlink");
  real_rename = dlsym(RTLD_NEXT, "rename");
  real_linkat = dlsym(RTLD_NEXT, "linkat");
  dir = getenv("FAULT_DIR");
  const char *path = getenv("FAULT_JOURNAL");
  if (dir && path) journal = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

// One more step that changes what is on the disk; the process may not live to make it.
static void step(void) {
  steps += 1;
  if (steps == setting("FAULT_KILL_AT")) kill(getpid(), SIGKILL);
}

// The path of a file that is watched, or 0.
static int watched(int fd, char *path, size_t room) {
  char link[64];
  if (journal < 0 || fd == journal) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, room - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return strncmp(path, dir, strlen(dir)) == 0;
}

static void put(const void *bytes, size_t length) {
  if (real_write(journal, bytes, length) != (ssize_t)length) abort();
}

// The disk fails now as it was told to.
static void tell(void) {
  const char *path = getenv("FAULT_TOLD");
  int file = path ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;
  if (file >= 0) close(file);
}

// kind, path, place, size before, what was there, what came: all numbers little endian as they are.
static void note(char kind, const char *path, uint64_t at, uint64_t size, const void *old, uint64_t olds, const void *new, uint64_t news) {
  uint64_t length = strlen(path), head[6] = {(uint64_t)kind, length, at, size, olds, news};
  put(head, sizeof head);
  put(path, length);
  if (olds) put(old, olds);
  if (news) put(new, news);
}

static ssize_t change(int fd, const char *path, const void *bytes, size_t count, off_t at, int positioned) {
  ssize_t done;
  struct stat before;
  step();
  if (fstat(fd, &before) != 0) return -1;
  if (!positioned) at = lseek(fd, 0, SEEK_CUR);
  long fails = setting("FAULT_WRITE_FAILS"), full = setting("FAULT_FULL");
  const char *free_again = getenv("FAULT_FREE");
  writes += 1;
  if (fails >= 0 && writes >= fails) {
    tell();
    errno = EIO;
    return -1;
  }
  if (full >= 0 && written + (long)count > full && !(free_again && access(free_again, F_OK) == 0)) {
    tell();
    errno = ENOSPC;
    return -1;
  }
  written += count;
  void *old = malloc(count);
  ssize_t olds = at < before.st_size ? real_pread(fd, old, count, at) : 0;
  note('W', path, at, before.st_size, old, olds > 0 ? olds : 0, bytes, count);
  free(old);
  done = positioned ? real_pwrite(fd, bytes, count, at) : real_write(fd, bytes, count);
  return done;
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t at) {
  char path[4096];
  if (!watched(fd, path, sizeof path)) return real_pwrite(fd, bytes, count, at);
  pthread_mutex_lock(&turn);
  ssize_t done = change(fd, path, bytes, count, at, 1);
  pthread_mutex_unlock(&turn);
  return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) { return pwrite64(fd, bytes, count, at); }

ssize_t write(int fd, const void *bytes, size_t count) {
  char path[4096];
  if (!real_write) real_write = dlsym(RTLD_NEXT, "write");
  if (!watched(fd, path, sizeof path)) return real_write(fd, bytes, count);
  pthread_mutex_lock(&turn);
  ssize_t done = change(fd, path, bytes, count, 0, 0);
  pthread_mutex_unlock(&turn);
  return done;
}

// Whether one more read of a watched file fails.
static int unreadable(int fd) {
  char path[4096];
  long fails = setting("FAULT_READ_FAILS");
  if (fails < 0 || !watched(fd, path, sizeof path)) return 0;
  pthread_mutex_lock(&turn);
  reads += 1;
  int failing = reads >= fails;
  if (failing) tell();
  pthread_mutex_unlock(&turn);
  if (failing) errno = EIO;
  return failing;
}

ssize_t pread64(int fd, void *bytes, size_t count, off_t at) {
  return unreadable(fd) ? -1 : real_pread(fd, bytes, count, at);
}

ssize_t pread(int fd, void *bytes, size_t count, off_t at) { return pread64(fd, bytes, count, at); }

ssize_t read(int fd, void *bytes, size_t count) {
  if (!real_read) real_read = dlsym(RTLD_NEXT, "read");
  return unreadable(fd) ? -1 : real_read(fd, bytes, count);
}

static int sync_with(int fd, int (*real)(int)) {
  char path[4096];
  if (!watched(fd, path, sizeof path)) return real(fd);
  pthread_mutex_lock(&turn);
  long fails = setting("FAULT_SYNC_FAILS");
  step();
  syncs += 1;
  int result = 0;
  if (fails >= 0 && syncs == fails) {
    note('F', path, 0, 0, 0, 0, 0, 0);
    tell();
    errno = EIO;
    result = -1;
  } else {
    // Only what the journal says was synced stays: the disk itself need not be waited for.
    note('S', path, 0, 0, 0, 0, 0, 0);
  }
  pthread_mutex_unlock(&turn);
  return result;
}

int fsync(int fd) { return sync_with(fd, real_fsync); }
int fdatasync(int fd) { return sync_with(fd, real_fdatasync); }

int ftruncate64(int fd, off_t size) {
  char path[4096];
  if (!watched(fd, path, sizeof path)) return real_ftruncate(fd, size);
  pthread_mutex_lock(&turn);
  struct stat before;
  step();
  int result = fstat(fd, &before);
  if (result == 0) {
    size_t olds = before.st_size > size ? before.st_size - size : 0;
    void *old = malloc(olds ? olds : 1);
    ssize_t read = olds ? real_pread(fd, old, olds, size) : 0;
    note('T', path, size, before.st_size, old, read > 0 ? read : 0, 0, 0);
    free(old);
    result = real_ftruncate(fd, size);
  }
  pthread_mutex_unlock(&turn);
  return result;
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

// A later file under this name is another file. The removal of the name itself counts as being on disk at once.
int unlink(const char *path) {
  if (journal < 0 || strncmp(path, dir, strlen(dir)) != 0) return real_unlink(path);
  pthread_mutex_lock(&turn);
  step();
  int result = real_unlink(path);
  if (result == 0) note('U', path, 0, 0, 0, 0, 0, 0);
  pthread_mutex_unlock(&turn);
  return result;
}

int rename(const char *from, const char *to) {
  if (journal < 0 || strncmp(to, dir, strlen(dir)) != 0) return real_rename(from, to);
  pthread_mutex_lock(&turn);
  step();
  int result = real_rename(from, to);
  pthread_mutex_unlock(&turn);
  return result;
}

int linkat(int there, const char *from, int here, const char *to, int flags) {
  if (journal < 0 || strncmp(to, dir, strlen(dir)) != 0) return real_linkat(there, from, here, to, flags);
  pthread_mutex_lock(&turn);
  step();
  int result = real_linkat(there, from, here, to, flags);
  pthread_mutex_unlock(&turn);
  return result;
}
