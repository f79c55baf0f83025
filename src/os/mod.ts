/** The system as kinetd uses it, typed. The only folder that loads the add-on. */
