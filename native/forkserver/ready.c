/*
 * Whether a process can be forked as it stands, and what it is made of.
 *
 * A fork copies one thread: what the others were about to do would never be done, and a lock that one of them holds
 * would never be given back.
 */
#include "forkserver.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

void ready_check(void) {
  DIR *folder = opendir("/proc/self/task");
  if (folder == NULL) channel_refuse("/proc is not there");
  int threads = 0;
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    if (entry->d_name[0] != '.') threads++;
  }
  closedir(folder);
  if (threads == 1) return;
  char reason[100];
  snprintf(reason, sizeof reason, "the program has started threads: it has %d", threads);
  channel_refuse(reason);
}

/* A line is `address mode offset device inode path`; what is executable is code. See proc(5). */
void ready_tell_files(void) {
  FILE *maps = fopen("/proc/self/maps", "re");
  if (maps == NULL) channel_refuse("/proc is not there");
  char line[8192];
  while (fgets(line, sizeof line, maps) != NULL) {
    char mode[5];
    int at = 0;
    line[strcspn(line, "\n")] = '\0';
    if (sscanf(line, "%*s %4s %*s %*s %*s %n", mode, &at) != 1 || at == 0) continue;
    if (mode[2] == 'x' && line[at] == '/') channel_tell_file(line + at);
  }
  fclose(maps);
}
