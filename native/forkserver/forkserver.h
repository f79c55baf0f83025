/*
 * The fork server: a library that is preloaded into the program of a service. The program is executed, linked and
 * initialised once; parked, it turns into a server that forks a ready process for each request of the daemon.
 *
 * park.c     where a program parks: before main, or in the fork() that an adapter calls
 * ask.c      what an adapter says and asks, through readlink()
 * channel.c  the socket to the daemon, and the messages on it
 * atfork.c   what the program wants done around a fork
 * open.c     which descriptors a parked program may have, and how a child gets its own
 * ready.c    whether a process can be forked as it stands; which files it is made of
 * heap.c     where children allocate
 * leave.c    what is left out at the end of an interpreter
 * serve.c    a request: one message, one child
 * child.c    what a child does before it returns into the program; system-call.h how it asks the kernel
 *
 * Nothing here allocates memory while it serves, and nothing works without the two variables of the daemon: the library
 * does nothing at all in a process that was not started as a fork server.
 */
#ifndef KINETD_FORKSERVER_H
#define KINETD_FORKSERVER_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define EXPORTED __attribute__((visibility("default")))

/* What a request gives to its child: descriptors that become 0, 1 and 2, and the environment. */
struct request {
  uint32_t id;
  int descriptors[3];
  char **environment;
};

/* --- channel.c --- */

/* Takes the socket off descriptor 0, where nothing is to be read then. False when there is none. */
bool channel_take(void);
bool channel_is_ours(int fd);
void channel_tell_ready(void);
void channel_tell_file(const char *path);
/* A request could not be served. */
void channel_tell_failure(uint32_t id, int error);
/* Sent by a child, whose pid and user the kernel adds: the last that it says, its side of the socket is closed then. */
void channel_tell_started(uint32_t id);
/* This process cannot be a fork server, for this reason; ends it. */
__attribute__((noreturn)) void channel_refuse(const char *reason);
/* The next request; its environment stays valid until the call after. Ends the process at the end of the daemon. */
void channel_next(struct request *request);

/* --- atfork.c --- */

/* Looks up what each child would have to look up when it ends. */
void atfork_check(void);
void atfork_prepare(void);
void atfork_parent(void);
void atfork_child(void);

/* --- open.c --- */

/* The program's own, which children share: the adapter knows that it does no harm. */
void open_keep(int fd);
/* Looks at every descriptor; refuses to park when a child could not have its own of one. */
void open_check(void);
/* In a child: what is a file of the program's gets an offset of its own. */
void open_separate(void);

/* --- ready.c --- */

/* Refuses to park a process with more than one thread. */
void ready_check(void);
/* Tells the daemon which programs and libraries are mapped. */
void ready_tell_files(void);

/* --- heap.c --- */

/* Leaves nothing below the end of the heap for children to allocate from. */
void heap_fill(void);

/* --- leave.c --- */

/* The program's function of that name does nothing any more, and exit() no more than write what is left. */
void leave_skip(const char *name);
/* Looks up what each child would have to look up when it ends. */
void leave_check(void);

/* --- child.c --- */

/* What children have to put back, and where the C library keeps the number of the thread. */
void child_prepare(void);
/* The pid in the parent, 0 in the child, which is the daemon's child as this process is; or -errno. */
pid_t child_clone(void);
/* From the clone to the program. */
void child_begin(const struct request *request);

/* --- serve.c --- */

/* Parks: returns once in each child, and never in this process. */
void serve(void);

/* --- park.c --- */

enum park { PARK_NEVER, PARK_BEFORE_MAIN, PARK_IN_FORK };
extern enum park park_mode;
/* The next fork() parks. */
extern bool park_armed;

#endif
