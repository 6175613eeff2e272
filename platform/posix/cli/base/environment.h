/* Variables of the environment. */
#ifndef CONNSYNC_CLI_ENVIRONMENT_H
#define CONNSYNC_CLI_ENVIRONMENT_H

/* The variable; NULL when it is not set or empty. */
const char *environment_get(const char *name);

/* The same of one whose value is a line of text. NULL too if that has a control character in it
 * (value.h), and then it is noted. */
const char *environment_value(const char *name);

/* The name of the last variable that was noted, and forgets it; NULL if none was. */
const char *environment_take_illegal(void);

/*
 * Takes byte order marks and line ends off all variables (value.h). Moves the variables that hold secrets into memory of ours, and overwrites them in the block that
 * the system shows of a process, as in /proc/PID/environ. They can be asked for as before. To be
 * called once, before anything keeps a pointer to one.
 */
void environment_hide(void);

/* Wipes what was moved: those variables are not set any more. */
void environment_forget(void);

#endif
