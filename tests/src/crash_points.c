/* Kills the program that it is loaded into (LD_PRELOAD) at a named durable write.
 *
 * PLACARD_CRASH_ROOT     only files below this folder count; names are relative to it
 * PLACARD_CRASH_CONTROL  folder of two files, looked at whenever a point is passed:
 *   trace   if there: the point is appended
 *   armed   "N MOMENT OPERATION NAME": the N-th time that point is passed, the file is removed and the program killed
 *
 * A point is "before|after write|sync|rename NAME". Writes to a file count once until it is synced or closed. What is
 * called here goes straight to the kernel, so that nothing comes back to these functions.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#define NAME_BYTES 512
#define HASH_DIGITS 64
#define MOST_FILES 65536

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
static char written[MOST_FILES]; /* by descriptor: written to since it was last synced */
static const char *root, *control;

__attribute__((constructor)) static void begin(void) {
    root = getenv("PLACARD_CRASH_ROOT");
    control = getenv("PLACARD_CRASH_CONTROL");
}

static int is_hash(const char *text) {
    size_t digits = 0;
    while (isxdigit((unsigned char)text[digits])) digits++;
    return digits == HASH_DIGITS;
}

/* The name of a path; 0 when it is none of ours. */
static int name_of_path(const char *path, char *name) {
    if (!root || !control) return 0;
    size_t length = strlen(root);
    if (strncmp(path, root, length) != 0 || path[length] != '/') return 0;
    path += length + 1;
    const char *last = strrchr(path, '/');
    last = last ? last + 1 : path;
    if (is_hash(last))
        snprintf(name, NAME_BYTES, "%.*sFRAME%s", (int)(last - path), path, last + HASH_DIGITS);
    else
        snprintf(name, NAME_BYTES, "%s", path);
    return 1;
}

static int name_of_descriptor(int descriptor, char *name) {
    if (!root || !control) return 0;
    char link[64], path[NAME_BYTES];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return name_of_path(path, name);
}

static void trace(const char *point) {
    char path[NAME_BYTES];
    snprintf(path, sizeof path, "%s/trace", control);
    int file = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_APPEND);
    if (file < 0) return;
    char line[NAME_BYTES + 32];
    int length = snprintf(line, sizeof line, "%s\n", point);
    syscall(SYS_write, file, line, length);
    syscall(SYS_close, file);
}

static void die_if_armed(const char *point) {
    char path[NAME_BYTES], text[NAME_BYTES + 32] = {0};
    snprintf(path, sizeof path, "%s/armed", control);
    int file = syscall(SYS_openat, AT_FDCWD, path, O_RDWR);
    if (file < 0) return;
    ssize_t length = syscall(SYS_read, file, text, sizeof text - 1);
    char *rest = NULL;
    long left = length > 0 ? strtol(text, &rest, 10) : 0;
    if (left > 0 && *rest == ' ') {
        char *end = strchr(rest, '\n');
        if (end) *end = 0;
        if (strcmp(rest + 1, point) == 0) {
            if (left == 1) {
                syscall(SYS_unlinkat, AT_FDCWD, path, 0);
                syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
                for (;;) pause();
            }
            char fewer[NAME_BYTES + 32];
            int size = snprintf(fewer, sizeof fewer, "%ld %s\n", left - 1, point);
            syscall(SYS_pwrite64, file, fewer, size, 0);
            syscall(SYS_ftruncate, file, size);
        }
    }
    syscall(SYS_close, file);
}

static void pass(const char *moment, const char *operation, const char *name) {
    char point[NAME_BYTES + 16];
    snprintf(point, sizeof point, "%s %s %.480s", moment, operation, name);
    pthread_mutex_lock(&one_at_a_time);
    trace(point);
    die_if_armed(point);
    pthread_mutex_unlock(&one_at_a_time);
}

static void before_write(int descriptor) {
    char name[NAME_BYTES];
    if (descriptor < 0 || descriptor >= MOST_FILES || written[descriptor]) return;
    if (!name_of_descriptor(descriptor, name)) return;
    written[descriptor] = 1;
    pass("before", "write", name);
}

#define REAL(function) ((__typeof__(&function))dlsym(RTLD_NEXT, #function))

ssize_t write(int descriptor, const void *bytes, size_t count) {
    before_write(descriptor);
    return syscall(SYS_write, descriptor, bytes, count);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t at) {
    before_write(descriptor);
    return syscall(SYS_pwrite64, descriptor, bytes, count, at);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t at) {
    before_write(descriptor);
    return syscall(SYS_pwrite64, descriptor, bytes, count, at);
}

static int synced(int descriptor, int (*real)(int)) {
    char name[NAME_BYTES];
    int ours = name_of_descriptor(descriptor, name);
    if (ours) pass("before", "sync", name);
    int outcome = real(descriptor);
    if (descriptor >= 0 && descriptor < MOST_FILES) written[descriptor] = 0;
    if (ours) pass("after", "sync", name);
    return outcome;
}

int fsync(int descriptor) {
    return synced(descriptor, REAL(fsync));
}

int fdatasync(int descriptor) {
    return synced(descriptor, REAL(fdatasync));
}

int rename(const char *from, const char *to) {
    char name[NAME_BYTES];
    int ours = name_of_path(to, name);
    if (ours) pass("before", "rename", name);
    int outcome = REAL(rename)(from, to);
    if (ours) pass("after", "rename", name);
    return outcome;
}

int close(int descriptor) {
    if (descriptor >= 0 && descriptor < MOST_FILES) written[descriptor] = 0;
    return REAL(close)(descriptor);
}
