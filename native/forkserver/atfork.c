/*
 * What the program and its libraries want done around a fork: pthread_atfork(3), which is __register_atfork of the C
 * library, with the handle of the object that registers. The C library runs these for its own fork() alone, so they are
 * written down here on their way there, and forgotten when their object is unloaded, as the C library does.
 */
#include "forkserver.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>

typedef void action(void);

struct handler {
  action *prepare, *parent, *child;
  void *object;
};

static struct handler *handlers;
static size_t count, room;

/* Symbols of the C library that only it knows how to declare. */
int __register_atfork(action *prepare, action *parent, action *child, void *object);
void __cxa_finalize(void *object);

static bool write_down(struct handler handler) {
  if (count == room) {
    size_t wanted = room == 0 ? 16 : room * 2;
    struct handler *larger = reallocarray(handlers, wanted, sizeof *larger);
    if (larger == NULL) return false;
    handlers = larger;
    room = wanted;
  }
  handlers[count++] = handler;
  return true;
}

EXPORTED int __register_atfork(action *prepare, action *parent, action *child, void *object) {
  static int (*next)(action *, action *, action *, void *);
  if (next == NULL) *(void **)&next = dlsym(RTLD_NEXT, "__register_atfork");
  if (park_mode != PARK_NEVER && !write_down((struct handler){prepare, parent, child, object})) return ENOMEM;
  return next(prepare, parent, child, object);
}

static void (*finalize)(void *);

static void find_finalize(void) {
  if (finalize == NULL) *(void **)&finalize = dlsym(RTLD_NEXT, "__cxa_finalize");
}

/* Each object calls this as its last act. */
EXPORTED void __cxa_finalize(void *object) {
  find_finalize();
  size_t kept = 0;
  for (size_t i = 0; object != NULL && i < count; i++) {
    if (handlers[i].object != object) handlers[kept++] = handlers[i];
  }
  if (object != NULL && kept < count) count = kept; /* children that write nothing copy no page */
  finalize(object);
}

void atfork_check(void) { find_finalize(); }

/* The last registered prepares first; parent and child go the other way. */
void atfork_prepare(void) {
  for (size_t i = count; i-- > 0;) {
    if (handlers[i].prepare != NULL) handlers[i].prepare();
  }
}

void atfork_parent(void) {
  for (size_t i = 0; i < count; i++) {
    if (handlers[i].parent != NULL) handlers[i].parent();
  }
}

void atfork_child(void) {
  for (size_t i = 0; i < count; i++) {
    if (handlers[i].child != NULL) handlers[i].child();
  }
}
