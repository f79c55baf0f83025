/*
 * What a parked program has freed again stands as holes all over its heap. A child would take its first allocations from
 * there, each on a page that it shares with the fork server and has to copy. So before the program parks the holes are
 * taken, for good: what a child allocates then lies side by side at the end of the heap, on pages that are new anyway.
 *
 * This costs no memory: the holes are on pages that the program has. Large ones are left to children that need much, who
 * then begin there. It knows the allocator of the GNU C library; with any other one nothing is done.
 */
#include "forkserver.h"

#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)

/* Usable sizes of chunks are 24, 40, 56 … Above 128 kB pieces may come from mmap(2), and change from where others do. */
enum { LARGE = 124 << 10, MIDDLE = 64 << 10, SMALL = 1048, STEP = 16, SMALLEST = 24 };

/* The next of those that were taken stands in each. */
struct piece {
  struct piece *next;
};

/* Where the heap has never been used; what lies below was. */
static const char *unused_end(void) { return (const char *)sbrk(0) - mallinfo2().keepcost; }

/* Takes every hole of this size and above, in pieces of it. */
static void take(size_t size, const char *unused, struct piece **taken) {
  for (;;) {
    struct piece *piece = malloc(size);
    if (piece == NULL || (const char *)piece >= unused) {
      free(piece);
      return;
    }
    piece->next = *taken;
    *taken = piece;
  }
}

void heap_fill(void) {
  const char *unused = unused_end();
  struct piece *large = NULL, *small = NULL;
  take(LARGE, unused, &large);
  for (size_t size = MIDDLE; size > SMALL; size /= 2) take(size, unused, &small);
  for (size_t size = SMALL; size >= SMALLEST; size -= STEP) take(size, unused, &small);
  while (large != NULL) {
    struct piece *next = large->next;
    free(large);
    large = next;
  }
}

#else

void heap_fill(void) {}

#endif
