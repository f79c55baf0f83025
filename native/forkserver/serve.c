/*
 * A parked program: for each request of the daemon it makes one child, which returns into the program.
 *
 * A request that gets no child (the system or the limit of the user allows no further process) is told, with its errno,
 * and the next may fare better.
 */
#include "forkserver.h"

#include <unistd.h>

void serve(void) {
  ready_check();
  open_check();
  atfork_check();
  leave_check();
  child_prepare();
  park_mode = PARK_NEVER; /* in all children, none of which has to write it */
  ready_tell_files();
  heap_fill();
  channel_tell_ready();
  for (;;) {
    struct request request;
    channel_next(&request);
    atfork_prepare();
    pid_t pid = child_clone();
    if (pid == 0) {
      child_begin(&request);
      atfork_child();
      return;
    }
    atfork_parent();
    for (int i = 0; i < 3; i++) close(request.descriptors[i]);
    if (pid < 0) channel_tell_failure(request.id, -pid);
  }
}
