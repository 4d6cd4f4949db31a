/*
 * The zygote: a small static process that forks for the forker, as Erlang's erl_child_setup does for its emulator. A fork
 * costs what the parent's page tables cost, so a parent of some hundred kilobytes forks many times faster than a Node
 * process. It is the parent of every program and of every watcher, and holds every lifeline.
 *
 *   zygote ROOM        stdin: orders, stdout: reports (see orders.ts and reports.ts); the environment is room as well
 *
 * For each program it forks a child, which leads a session of its own, forks the watcher as its sibling (CLONE_PARENT, so
 * that a program that waits for all its children never waits for it), and becomes the program. The watcher stays in the
 * program's group and blocks on the lifeline; when that ends, because the zygote closed it or is gone, it kills the group
 * from inside, where the signal can reach nothing else.
 *
 * When a program ends, its group is killed before the program is collected: until then nobody else can have its number.
 */
#define _GNU_SOURCE
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct program {
  uint32_t id;
  pid_t pid, watcher; /* 0 once collected */
  int lifeline;       /* -1 once closed */
  pid_t group;
};

static struct program *programs;
static size_t count, capacity;

/* Where a watcher writes its own arguments and environment. */
static struct room room;

static void die(void) { _exit(1); }

/* ---- reports ---- */

static void report(char type, uint32_t id, int32_t a, int32_t b, uint64_t ticks) {
  unsigned char out[21];
  out[0] = (unsigned char)type;
  memcpy(out + 1, &id, 4);
  memcpy(out + 5, &a, 4);
  memcpy(out + 9, &b, 4);
  memcpy(out + 13, &ticks, 8);
  size_t sent = 0;
  while (sent < sizeof out) {
    ssize_t n = write(1, out + sent, sizeof out - sent);
    if (n > 0) sent += (size_t)n;
    else if (n < 0 && errno != EINTR && errno != EAGAIN) die(); /* the forker is gone */
  }
}

/* ---- programs ---- */

/* Since boot, of a child that is not collected yet. */
static uint64_t start_ticks(pid_t pid) {
  char path[32], text[1024];
  snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  ssize_t n = read(fd, text, sizeof text - 1);
  close(fd);
  if (n <= 0) return 0;
  text[n] = 0;
  char *at = strrchr(text, ')');
  for (int field = 2; at && field < 22; field++) at = strchr(at + 1, ' ');
  return at ? strtoull(at + 1, NULL, 10) : 0;
}

/* Now, on the same scale. */
static uint64_t now_ticks(void) {
  struct timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  return (uint64_t)now.tv_sec * 100 + (uint64_t)now.tv_nsec / 10000000;
}

static struct program *add(void) {
  if (count == capacity) {
    size_t more = capacity ? capacity * 2 : 64;
    struct program *grown = realloc(programs, more * sizeof *programs);
    if (!grown) return NULL;
    programs = grown;
    capacity = more;
  }
  return &programs[count];
}

/* Only while a member is uncollected: it holds the group's number. */
static void kill_group(struct program *program) {
  if (program->pid || program->watcher) kill(-program->group, SIGKILL);
  if (program->lifeline >= 0) close(program->lifeline);
  program->lifeline = -1;
}

/* The forker is gone. Each watcher would kill its group once it is scheduled; one process that does is quicker. */
static _Noreturn void leave(void) {
  for (size_t i = 0; i < count; i++) kill_group(&programs[i]);
  _exit(0);
}

/*
 * What a child says of its start, up to the end of the pipe. A child can be held up there, by a folder or a file that does
 * not answer or by a SIGSTOP; the end of the forker is seen all the same, and nothing is left behind.
 */
static ssize_t hear(int status, pid_t child, void *into, size_t length) {
  struct pollfd from[] = {{.fd = status, .events = POLLIN}, {.fd = 0, .events = POLLRDHUP}};
  size_t got = 0;
  while (got < length) {
    if (poll(from, 2, -1) < 0) {
      if (errno == EINTR) continue;
      die();
    }
    if (!from[0].revents) {
      /* It is not collected, so its number is its own, whether it leads a group by now or not. */
      kill(-child, SIGKILL);
      kill(child, SIGKILL);
      leave();
    }
    ssize_t n = read(status, (char *)into + got, length - got);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    got += (size_t)n;
  }
  return (ssize_t)got;
}

static void refuse(uint32_t id, int error, int stage) { report('F', id, error, stage, 0); }

static void launch(const struct order *order) {
  int lifeline[2], status[2];
  if (!fits(&room, order->cookie)) return refuse(order->id, E2BIG, ROOM);
  struct program *program = add();
  if (!program) return refuse(order->id, ENOMEM, FORK);
  if (pipe2(lifeline, O_CLOEXEC) < 0) return refuse(order->id, errno, FORK);
  if (pipe2(status, O_CLOEXEC) < 0) {
    int error = errno;
    close(lifeline[0]);
    close(lifeline[1]);
    return refuse(order->id, error, FORK);
  }
  pid_t pid = fork();
  if (pid == 0) become(order, &room, lifeline[0], status[1]);
  int error = errno;
  close(lifeline[0]);
  close(status[1]);
  if (pid < 0) {
    close(lifeline[1]);
    close(status[0]);
    return refuse(order->id, error, FORK);
  }
  /* First the watcher's pid, then nothing: the exec closed the pipe. A failure instead of either says why. */
  int32_t watcher = 0;
  struct failure failure = {0, 0};
  unsigned char words[sizeof watcher + sizeof failure];
  ssize_t got = hear(status[0], pid, words, sizeof words);
  close(status[0]);
  int started = got == sizeof watcher;
  if (got == sizeof watcher || got == sizeof words) memcpy(&watcher, words, sizeof watcher);
  if (!started) {
    if (got >= (ssize_t)sizeof failure) memcpy(&failure, words + got - sizeof failure, sizeof failure);
    else failure.error = ECHILD; /* it was killed before it could say anything */
    kill(-pid, SIGKILL);
    close(lifeline[1]);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {}
    if (watcher) while (waitpid(watcher, NULL, 0) < 0 && errno == EINTR) {}
    return refuse(order->id, failure.error, failure.stage);
  }
  *program = (struct program){order->id, pid, watcher, lifeline[1], pid};
  count++;
  report('S', order->id, pid, watcher, start_ticks(pid));
}

static struct program *find(uint32_t id) {
  for (size_t i = 0; i < count; i++)
    if (programs[i].id == id) return &programs[i];
  return NULL;
}

/* Collects what has ended. A program's group is killed first, while the program's own number still pins it. */
static void collect(void) {
  for (;;) {
    siginfo_t info = {0};
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid == 0) return;
    pid_t pid = info.si_pid;
    size_t at = 0;
    while (at < count && programs[at].pid != pid && programs[at].watcher != pid) at++;
    struct program *program = at < count ? &programs[at] : NULL;
    int is_program = program && program->pid == pid;
    if (is_program) kill_group(program);
    uint64_t held = now_ticks();
    waitpid(pid, NULL, 0);
    if (!program) continue;
    if (is_program) {
      int exited = info.si_code == CLD_EXITED;
      program->pid = 0;
      report('X', program->id, exited ? info.si_status : -1, exited ? 0 : info.si_status, held);
    } else {
      program->watcher = 0;
      report('W', program->id, 0, 0, held);
    }
    if (!program->pid && !program->watcher) {
      if (program->lifeline >= 0) close(program->lifeline);
      programs[at] = programs[--count];
    }
  }
}

/* ---- orders ---- */

static const char *next_word(char **at, char *end) {
  char *word = *at;
  char *stop = word < end ? memchr(word, 0, (size_t)(end - word)) : NULL;
  if (!stop) die(); /* no order of ours */
  *at = stop + 1;
  return word;
}

static void obey_launch(uint32_t id, char *at, char *end) {
  struct order order = {.id = id, .parent = getpid()};
  const char **words[] = {&order.cwd,    &order.input, &order.output, &order.errors,
                          &order.socket, &order.token, &order.label,  &order.cookie};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) *words[i] = next_word(&at, end);
  size_t arguments = strtoul(next_word(&at, end), NULL, 10), variables = strtoul(next_word(&at, end), NULL, 10);
  if (arguments == 0 || arguments + variables > (size_t)(end - at)) die();
  char **list = malloc((arguments + variables + 2) * sizeof *list);
  if (!list) return refuse(id, ENOMEM, FORK);
  order.argv = list;
  order.env = list + arguments + 1;
  for (size_t i = 0; i < arguments; i++) order.argv[i] = (char *)next_word(&at, end);
  for (size_t i = 0; i < variables; i++) order.env[i] = (char *)next_word(&at, end);
  order.argv[arguments] = order.env[variables] = NULL;
  launch(&order);
  free(list);
}

static void obey(char *frame, char *end) {
  uint32_t id;
  char type = *frame;
  if (end - frame < 5) die();
  memcpy(&id, frame + 1, sizeof id);
  struct program *program = type == 'L' ? NULL : find(id);
  if (type == 'L') obey_launch(id, frame + 5, end);
  else if (type == 'K' && program) kill_group(program);
  else if (type == 'S' && program && program->pid && end - frame > 5) kill(program->pid, frame[5]);
}

/* Reads what there is and obeys the whole orders in it. */
static void read_orders(void) {
  static char *buffer;
  static size_t filled, size;
  if (size - filled < 65536) {
    buffer = realloc(buffer, size = (size ? size * 2 : 131072));
    if (!buffer) die();
  }
  ssize_t n = read(0, buffer + filled, size - filled);
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (n <= 0) leave();
  filled += (size_t)n;
  size_t at = 0;
  for (;;) {
    uint32_t length;
    if (filled - at < sizeof length) break;
    memcpy(&length, buffer + at, sizeof length);
    if (filled - at - sizeof length < length) break;
    at += sizeof length;
    if (length > 0) obey(buffer + at, buffer + at + length);
    at += length;
  }
  memmove(buffer, buffer + at, filled - at);
  filled -= at;
}

static void noted(int signal) { (void)signal; }

int main(int argc, char **argv) {
  if (argc < 1) die();
  prctl(PR_SET_PDEATHSIG, SIGCONT); /* stopped by somebody, it would not see the end of its orders */
  room = find_room(argv);
  /* Places that a program's files take, so that nothing of ours ever lies there. */
  while (open("/dev/null", O_RDWR) < 3) {}
  for (int fd = 0; fd <= 3; fd++) fcntl(fd, F_SETFD, FD_CLOEXEC);

  sigset_t all, but_children;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  but_children = all;
  sigdelset(&but_children, SIGCHLD);
  /* What this process ignores its programs would ignore too. */
  for (int signal = 1; signal < NSIG; signal++) sigaction(signal, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
  sigaction(SIGCHLD, &(struct sigaction){.sa_handler = noted}, NULL);

  struct pollfd orders = {.fd = 0, .events = POLLIN};
  for (;;) {
    orders.revents = 0;
    int ready = ppoll(&orders, 1, NULL, &but_children);
    collect();
    if (ready > 0) read_orders();
  }
}
