// What the shell needs of GNU readline, whose interface is globals, callbacks and varargs that Swift
// cannot reach. One editor for a process, used by one thread.
#ifndef QCTL_CREADLINE_H
#define QCTL_CREADLINE_H

// Completes the line up to the cursor; what is to be replaced begins at `start`. Answers NULL, or a
// list that ends in NULL: what all have in common and then each; list and texts come from malloc, and
// readline frees them. `append` is the byte that follows the only candidate, 0 for none.
typedef char **(*qctl_completer)(void *context, const char *line, int start, int *append);

struct qctl_editor {
  const char *name;
  // Shown on standard error instead of standard output.
  int on_standard_error;
  // Readable while a signal waits: ends what readline itself waits for, such as an answer.
  int signals;
  qctl_completer complete;
  void *context;
};

// Once, before anything else. Reads the user's inputrc.
void qctl_editor_begin(const struct qctl_editor *editor);

// Shows a prompt and takes the terminal over. Bytes that take no room lie between \001 and \002.
void qctl_editor_prompt(const char *prompt);
enum { qctl_editor_more = 0, qctl_editor_line = 1, qctl_editor_end = 2 };
// Reads what can be read without waiting; after `line` and `end` the terminal is as it was before.
int qctl_editor_read(void);
// The line that was read last, to be freed by the caller.
char *qctl_editor_take(void);
// Throws away what is being typed, shows ^C, and gives the terminal back.
void qctl_editor_discard(void);
// Gives the terminal back where it was taken.
void qctl_editor_release(void);
// The window has another size.
void qctl_editor_resize(void);
// Gives the terminal back for as long as this process is stopped; then takes it again, and shows the
// line anew.
void qctl_editor_suspend(void);
void qctl_editor_resume(void);

void qctl_history_limit(int most);
void qctl_history_add(const char *line);

#endif
