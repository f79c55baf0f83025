/** Bound sockets and their lives. */
export { familyMissing } from './bind.ts';
export { firstOpening, isAnswerable, moveFirst, type Opening, openConversation } from './conversation.ts';
export { Listener, type ListenerObserver } from './listener.ts';
export { PassedSockets } from './passed-sockets.ts';
export { type ListenerState, listenerStates } from './state.ts';
