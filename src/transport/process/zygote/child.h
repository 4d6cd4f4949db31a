/* What both halves of the zygote speak of: an order, and how a start can fail. */
#ifndef ESPALIER_CHILD_H
#define ESPALIER_CHILD_H

#include <stdint.h>
#include <sys/types.h>

/* Where a start can fail; the numbers are those of reports.ts. */
enum stage { FORK = 0, FOLDER = 1, INPUT = 2, OUTPUT = 3, PORT = 4, EXEC = 5, ROOM = 6 };

struct order {
  uint32_t id;
  pid_t parent; /* the zygote */
  const char *cwd, *input, *output, *errors, *socket, *token, *label, *cookie, *program;
  char **argv, **env;
};

struct failure {
  int32_t error, stage;
};

/* The memory in which the kernel looks for this process's arguments and environment. */
struct room {
  char *line_start, *line_end, *env_start, *env_end;
};

/* Finds the room, and writes this process's own name there. */
struct room find_room(char **argv);

/* Whether a watcher's cookie fits into the room. */
int fits(const struct room *room, const char *cookie);

/*
 * Never returns, called in a fresh child: forks the watcher and becomes the program. Tells `status` the watcher's pid (32
 * bits), and a failure if it could not become it; an exec closes it.
 */
_Noreturn void become(const struct order *order, const struct room *room, int lifeline, int status);

#endif
