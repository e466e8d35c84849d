/* Stands before the system's file operations (LD_PRELOAD) and counts those on files whose path holds a given piece of
   text. From the one with a given number on it kills the process, before or in the midst of it, or lets them fail. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum { COUNT, KILL_BEFORE, KILL_AMID, FAIL };

static char watched[256];
static long begins, counted;
static int how, with;

void watch(const char *path, long first, int mode, int error) {
    snprintf(watched, sizeof watched, "%s", path);
    begins = first, how = mode, with = error, counted = 0;
}

long operations(void) { return counted; }

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int is_watched(const char *path) { return watched[0] && path && strstr(path, watched); }

static int is_file_watched(int file) {
    char link[64], path[4096];
    if (!watched[0]) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return is_watched(path);
}

/* Whether the operation fails; `amid` is set where it is the last of this process. */
static int fails(int *amid) {
    long number = ++counted;
    *amid = how == KILL_AMID && number == begins;
    if (how == KILL_BEFORE && number == begins) kill(getpid(), SIGKILL);
    if (how == FAIL && number >= begins) { errno = with; return 1; }
    return 0;
}

static void end(void) { kill(getpid(), SIGKILL); pause(); }

#define WRITES(name, last, pass)                                                          \
    ssize_t name(int file, const void *data, size_t length last) {                        \
        int amid = 0;                                                                     \
        if (is_file_watched(file) && fails(&amid)) return -1;                             \
        ssize_t done = REAL(name)(file, data, amid ? length / 2 : length pass);           \
        if (amid) end();                                                                  \
        return done;                                                                      \
    }
#define COMMA ,
WRITES(write, , )
WRITES(pwrite, COMMA off_t place, COMMA place)
WRITES(pwrite64, COMMA off64_t place, COMMA place)

#define PLAIN(name, parameters, arguments, is)                                            \
    int name parameters {                                                                 \
        int amid = 0;                                                                     \
        if ((is) && fails(&amid)) return -1;                                                \
        int done = REAL(name) arguments;                                                  \
        if (amid) end();                                                                  \
        return done;                                                                      \
    }
PLAIN(fsync, (int file), (file), is_file_watched(file))
PLAIN(fdatasync, (int file), (file), is_file_watched(file))
PLAIN(ftruncate, (int file, off_t length), (file, length), is_file_watched(file))
PLAIN(ftruncate64, (int file, off64_t length), (file, length), is_file_watched(file))
PLAIN(unlink, (const char *path), (path), is_watched(path))
PLAIN(rename, (const char *old, const char *new), (old, new), is_watched(old) || is_watched(new))

static int is_for_writing(int flags) { return (flags & O_CREAT) || (with == EROFS && (flags & O_ACCMODE) != O_RDONLY); }

#define OPENS(name)                                                                       \
    int name(const char *path, int flags, ...) {                                          \
        va_list more;                                                                     \
        va_start(more, flags);                                                            \
        mode_t mode = va_arg(more, mode_t);                                               \
        va_end(more);                                                                     \
        int amid = 0;                                                                     \
        if (is_watched(path) && is_for_writing(flags) && fails(&amid)) return -1;         \
        int file = REAL(name)(path, flags, mode);                                         \
        if (amid) end();                                                                  \
        return file;                                                                      \
    }
OPENS(open)
OPENS(open64)
