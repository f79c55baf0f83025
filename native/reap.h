/*
 * What collecting exits needs to know of launches.
 */
#ifndef KINETD_REAP_H
#define KINETD_REAP_H

/* A launch has been made, or given to another thread. To be called on the thread of the event loop. */
void reap_launched(void);

#endif
