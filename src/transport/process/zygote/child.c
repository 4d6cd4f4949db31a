/* The child's half of the zygote: from the fork to the program, and the watcher that it leaves in its group. */
#define _GNU_SOURCE
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

#define COOKIE "ESPALIER_COOKIE="

extern char **environ;

static _Noreturn void fail(int to, int stage) {
  struct failure failure = {errno, stage};
  ssize_t n = write(to, &failure, sizeof failure);
  _exit(n < 0 ? 126 : 127);
}

/* Puts a file where the program expects it, and makes it blocking: FIFOs are opened so that they need a reader. */
static void place(int fd, int at, int status, int stage) {
  if (fd < 0 || dup2(fd, at) < 0) fail(status, stage);
  int flags = fcntl(at, F_GETFL);
  if (flags < 0 || fcntl(at, F_SETFL, flags & ~O_NONBLOCK) < 0) fail(status, stage);
  close(fd);
}

static int open_once(const char *path, int flags) {
  int fd = open(path, flags | O_CLOEXEC);
  if (fd >= 0) unlink(path);
  return fd;
}

/* Connects to the host's socket and says the token. The host takes the connection later; its queue is long. */
static int connect_port(const struct order *order) {
  struct sockaddr_un at = {.sun_family = AF_UNIX};
  size_t length = strlen(order->socket);
  if (length >= sizeof at.sun_path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  memcpy(at.sun_path, order->socket, length);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at) < 0) return -1;
  length = strlen(order->token);
  return write(fd, order->token, length) == (ssize_t)length ? fd : -1;
}

/* Writes words one after the other into the room, as far as it goes, and clears the rest of it. */
static void fill(char *at, char *end, const char *const *words) {
  for (; *words && at < end - 1; words++) {
    size_t length = strnlen(*words, (size_t)(end - at) - 1);
    memcpy(at, *words, length);
    at += length;
    *at++ = 0;
  }
  memset(at, 0, (size_t)(end - at));
}

/* Every signal that can be is blocked since before the fork. It stands when nothing but the lifeline is open. */
static _Noreturn void watch(const struct order *order, const struct room *room, int lifeline) {
  if (dup2(lifeline, 0) < 0) _exit(1);
  const char *line[66] = {"espalier-watcher", order->label};
  for (int i = 0; i < 63 && order->argv[i]; i++) line[i + 2] = order->argv[i];
  fill(room->line_start, room->line_end, line);
  /* Name and value are one string there. */
  fill(room->env_start + strlen(COOKIE), room->env_end, (const char *const[]){order->cookie, NULL});
  memcpy(room->env_start, COOKIE, strlen(COOKIE));
  prctl(PR_SET_NAME, "espalier-watch");
  if (syscall(SYS_close_range, 1, ~0U, 0) < 0)
    for (int fd = 1, end = (int)sysconf(_SC_OPEN_MAX); fd < end; fd++) close(fd);
  char byte;
  for (;;) {
    ssize_t n = read(0, &byte, 1);
    if (n == 0 || (n < 0 && errno != EINTR)) break;
  }
  kill(0, SIGKILL);
  _exit(0);
}

/*
 * Forks the watcher and waits until it stands: a program that stops its whole group at once would stop it before it shows
 * its cookie, and with the zygote's pipe still open in it.
 */
static pid_t post_watcher(const struct order *order, const struct room *room, int lifeline) {
  int standing[2];
  if (pipe2(standing, O_CLOEXEC) < 0) return -1;
  pid_t watcher = (pid_t)syscall(SYS_clone, (long)(CLONE_PARENT | SIGCHLD), 0L, 0L, 0L, 0L);
  if (watcher == 0) watch(order, room, lifeline);
  close(standing[1]);
  char byte;
  while (watcher > 0 && read(standing[0], &byte, 1) < 0 && errno == EINTR) {}
  close(standing[0]);
  return watcher;
}

/*
 * Whether a file that the kernel does not run is a script for the shell: text without a first line that says by what. Not one
 * whose interpreter is at fault, and nothing binary: the program of another processor, say.
 */
static int is_shell_text(const char *path) {
  char head[256];
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  ssize_t n = read(fd, head, sizeof head);
  close(fd);
  if (n < 0 || memchr(head, 0, (size_t)n)) return 0;
  if (n < 2 || head[0] != '#' || head[1] != '!') return 1;
  for (ssize_t at = 2; at < n && head[at] != '\n'; at++)
    if (head[at] != ' ' && head[at] != '\t') return 0;
  return 1;
}

/* The child that becomes the program. What it says to `status` is why it could not. */
void become(const struct order *order, const struct room *room, int lifeline, int status) {
  /* Until its watcher stands, it goes with the zygote: it has no cookie yet by which anybody could find it. */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != order->parent) _exit(1);
  setsid();
  if (chdir(order->cwd) < 0) fail(status, FOLDER);
  place(*order->input ? open_once(order->input, O_RDONLY) : open("/dev/null", O_RDONLY | O_CLOEXEC), 0, status, INPUT);
  /* Without a reader, which means without a host, this fails with ENXIO. */
  place(open_once(order->output, O_WRONLY | O_NONBLOCK), 1, status, OUTPUT);
  place(open_once(order->errors, O_WRONLY | O_NONBLOCK), 2, status, OUTPUT);
  if (*order->socket) place(connect_port(order), 3, status, PORT);
  else close(3);

  int32_t pid = post_watcher(order, room, lifeline);
  if (pid < 0) fail(status, FORK);
  if (write(status, &pid, sizeof pid) != sizeof pid) _exit(1);

  prctl(PR_SET_PDEATHSIG, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execve(order->program, order->argv, order->env);
  int refused = errno;
  if (refused == ENOEXEC && is_shell_text(order->program)) {
    size_t words = 0;
    while (order->argv[words]) words++;
    char **argv = calloc(words + 2, sizeof *argv);
    if (argv) {
      argv[0] = "/bin/sh";
      memcpy(argv + 1, order->argv, words * sizeof *argv);
      argv[1] = (char *)order->program;
      execve(argv[0], argv, order->env);
      refused = errno;
    }
  }
  errno = refused;
  fail(status, EXEC);
}

struct room find_room(char **argv) {
  struct room room = {.line_start = argv[0]};
  for (char **word = argv; *word; word++) room.line_end = *word + strlen(*word) + 1;
  room.env_start = room.env_end = environ[0] ? environ[0] : room.line_end;
  for (char **word = environ; *word; word++) room.env_end = *word + strlen(*word) + 1;
  fill(room.line_start, room.line_end, (const char *const[]){"espalier-zygote", NULL});
  prctl(PR_SET_NAME, "espalier-zygote");
  return room;
}

int fits(const struct room *room, const char *cookie) {
  return strlen(cookie) + sizeof COOKIE <= (size_t)(room->env_end - room->env_start);
}
