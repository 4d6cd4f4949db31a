/*
 * The zygote: a small static process that forks for the forker, as Erlang's erl_child_setup does for its emulator. A fork
 * costs what the parent's page tables cost, so a parent of some hundred kilobytes forks many times faster than a Node
 * process. It is the parent of every program and of every watcher, and holds every lifeline.
 *
 *   zygote ROOM [LOCK] stdin: orders, stdout: reports (see orders.ts and reports.ts); the environment is room as well;
 *                      LOCK: the file of its host's lock, which it holds too
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

/* First the watcher's pid, then nothing: the exec closed the pipe. A failure instead of either says why. */
struct words {
  unsigned char at[sizeof(int32_t) + sizeof(struct failure)];
  size_t length;
};

struct program {
  uint32_t id;
  pid_t pid, watcher; /* 0 once collected */
  int lifeline;       /* -1 once closed */
  pid_t group;
  int status; /* where its child speaks of the start, -1 once that is over */
  struct words words;
  int unwatched; /* whether its watcher ended before it was told of */
  int failed;    /* whether it never became the program */
  struct failure failure;
};

static struct program *programs;
static size_t count, capacity;
/* How many are being started: their status is open. */
static size_t starting;

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
  /* Whether it leads its group by now or not: it is not collected, so its number is its own. */
  if (program->pid && program->status >= 0) kill(program->pid, SIGKILL);
  if (program->lifeline >= 0) close(program->lifeline);
  program->lifeline = -1;
}

/* The forker is gone. Each watcher would kill its group once it is scheduled; one process that does is quicker. */
static _Noreturn void leave(void) {
  for (size_t i = 0; i < count; i++) kill_group(&programs[i]);
  _exit(0);
}

static void refuse(uint32_t id, struct failure failure) { report('F', id, failure.error, failure.stage, 0); }

/* The child has said all that it will: it is the program now, or it never will be. */
static void settle(struct program *program) {
  struct words *words = &program->words;
  int32_t watcher = 0;
  if (words->length == sizeof watcher || words->length == sizeof words->at) memcpy(&watcher, words->at, sizeof watcher);
  program->watcher = program->unwatched ? 0 : watcher;
  program->failed = words->length != sizeof watcher;
  if (program->failed) {
    size_t failure = sizeof program->failure;
    if (words->length >= failure) memcpy(&program->failure, words->at + words->length - failure, failure);
    else program->failure.error = ECHILD; /* it was killed before it could say anything */
    kill_group(program);
  } else {
    report('S', program->id, program->pid, watcher, start_ticks(program->pid));
    if (program->unwatched) report('W', program->id, 0, 0, now_ticks());
  }
  close(program->status);
  program->status = -1;
  starting--;
}

/*
 * Takes in what a child says of its start, up to the end of the pipe. A child can be held up there, by a folder or a file
 * that does not answer or by a SIGSTOP: nobody waits for it.
 */
static void hear(struct program *program) {
  struct words *words = &program->words;
  for (;;) {
    ssize_t n = read(program->status, words->at + words->length, sizeof words->at - words->length);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    if (n > 0) words->length += (size_t)n;
    if (n <= 0 || words->length == sizeof words->at) return settle(program);
  }
}

static void launch(const struct order *order) {
  int lifeline[2], status[2];
  if (!fits(&room, order->cookie)) return refuse(order->id, (struct failure){E2BIG, ROOM});
  struct program *program = add();
  if (!program) return refuse(order->id, (struct failure){ENOMEM, FORK});
  if (pipe2(lifeline, O_CLOEXEC) < 0) return refuse(order->id, (struct failure){errno, FORK});
  if (pipe2(status, O_CLOEXEC) < 0) {
    struct failure failure = {errno, FORK};
    close(lifeline[0]);
    close(lifeline[1]);
    return refuse(order->id, failure);
  }
  pid_t pid = fork();
  if (pid == 0) become(order, &room, lifeline[0], status[1]);
  struct failure failure = {errno, FORK};
  close(lifeline[0]);
  close(status[1]);
  if (pid < 0) {
    close(lifeline[1]);
    close(status[0]);
    return refuse(order->id, failure);
  }
  fcntl(status[0], F_SETFL, O_NONBLOCK);
  *program = (struct program){.id = order->id, .pid = pid, .lifeline = lifeline[1], .group = pid, .status = status[0]};
  count++;
  starting++;
}

static void hear_all(void) {
  for (size_t i = 0; starting > 0 && i < count; i++)
    if (programs[i].status >= 0) hear(&programs[i]);
}

static struct program *find(uint32_t id) {
  for (size_t i = 0; i < count; i++)
    if (programs[i].id == id) return &programs[i];
  return NULL;
}

/* The program that is being started in that group: who ends there is its watcher, which its child has yet to tell of. */
static struct program *starting_in(pid_t group) {
  for (size_t i = 0; starting > 0 && i < count; i++)
    if (programs[i].status >= 0 && programs[i].group == group) return &programs[i];
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
    struct program *program = at < count ? &programs[at] : starting_in(getpgid(pid));
    int is_program = program && program->pid == pid;
    if (is_program && program->status >= 0) hear(program);
    if (is_program && program->status >= 0) settle(program); /* its watcher has yet to let go of the pipe */
    if (is_program) kill_group(program);
    uint64_t held = now_ticks();
    waitpid(pid, NULL, 0);
    if (!program) continue;
    if (is_program) {
      int exited = info.si_code == CLD_EXITED;
      program->pid = 0;
      if (!program->failed) report('X', program->id, exited ? info.si_status : -1, exited ? 0 : info.si_status, held);
    } else {
      program->unwatched = program->status >= 0;
      program->watcher = 0;
      if (!program->failed && !program->unwatched) report('W', program->id, 0, 0, held);
    }
    if (!program->pid && !program->watcher && program->status < 0) {
      if (program->lifeline >= 0) close(program->lifeline);
      if (program->failed) refuse(program->id, program->failure);
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
  if (!list) return refuse(id, (struct failure){ENOMEM, FORK});
  order.argv = list;
  order.env = list + arguments + 1;
  for (size_t i = 0; i < arguments; i++) order.argv[i] = (char *)next_word(&at, end);
  for (size_t i = 0; i < variables; i++) order.env[i] = (char *)next_word(&at, end);
  order.argv[arguments] = order.env[variables] = NULL;
  order.program = order.argv[0];
  if (at < end) order.argv[0] = (char *)next_word(&at, end);
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
  else if (type == 'P') report('P', id, 0, 0, 0);
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

/* Sleeps until there is something to do; says whether there are orders. */
static int wait_for_work(const sigset_t *mask) {
  static struct pollfd *from;
  static size_t places;
  if (places < starting + 1) {
    from = realloc(from, (places = starting * 2 + 1) * sizeof *from);
    if (!from) die();
  }
  size_t length = 0;
  from[length++] = (struct pollfd){.fd = 0, .events = POLLIN};
  for (size_t i = 0; length <= starting && i < count; i++)
    if (programs[i].status >= 0) from[length++] = (struct pollfd){.fd = programs[i].status, .events = POLLIN};
  int ready = ppoll(from, length, NULL, mask);
  return ready > 0 && from[0].revents != 0;
}

static void noted(int signal) { (void)signal; }

/*
 * Takes its host's lock, as one of several that may: who finds it free finds no program of that host running. The bytes are
 * those on which SQLite has its readers' lock (SHARED_FIRST, SHARED_SIZE). It lies above the places of a program's files.
 */
static void hold_lock(const char *path) {
  int low = open(path, O_RDONLY | O_CLOEXEC);
  int fd = low < 0 ? -1 : fcntl(low, F_DUPFD_CLOEXEC, 16);
  if (fd < 0) return; /* nothing to hold: the host's own hold is what there is */
  close(low); /* now: later it would take the lock with it */
  struct flock readers = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 0x40000002, .l_len = 510};
  fcntl(fd, F_SETLKW, &readers); /* who looks holds it for a moment */
}

int main(int argc, char **argv) {
  if (argc < 1) die();
  if (argc > 2) hold_lock(argv[2]);
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

  for (;;) {
    int ordered = wait_for_work(&but_children);
    hear_all();
    collect();
    if (ordered) read_orders();
  }
}
