// The callback recipe (conventions.md §7): readline catches no signals; it is told of them between two
// keys, so nothing of it runs in a signal handler and no call of ours is left by a jump.
#include "CReadline.h"

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

// Not <term.h>, whose macros have names such as "lines".
int tgetent(char *buffer, const char *name);

static struct qctl_editor editor;
static char *latest;
static int state;
static int is_active;

// Where the machine has no description of its terminal, as in a bare container: what nearly every
// terminal of today understands. Compiled by tic(1) from
//
//   ansi-fallback|a terminal that nothing is known of,
//     am, mir, msgr, xenl, cols#80, lines#24, bel=^G, cr=\r, clear=\E[H\E[2J, ed=\E[J, el=\E[K,
//     home=\E[H, cub=\E[%p1%dD, cub1=^H, cud=\E[%p1%dB, cud1=\n, cuf=\E[%p1%dC, cuf1=\E[C,
//     cuu=\E[%p1%dA, cuu1=\E[A, ind=\n, kcub1=\E[D, kcud1=\E[B, kcuf1=\E[C, kcuu1=\E[A,
//     kdch1=\E[3~, kend=\E[F, khome=\E[H, kich1=\E[2~, kpp=\E[5~, knp=\E[6~,
//
// and printed by "infocmp -Q2": terminfo(5) takes such text in place of a path.
static const char fallback_name[] = "ansi-fallback";
static const char fallback[] =
    "b64:"
    "GgEyAA8AAwClAHYAYW5zaS1mYWxsYmFja3xhIHRlcm1pbmFsIHRoYXQgbm90aGluZyBpcyBrbm93biBvZgAAAQAA"
    "AQAAAAAAAAAAAQEAUAD__xgA__8AAAIA_____wQADAAQAP_______xQAFgD__xoA_____xwA__8gAP__________"
    "________________________________________________________________________________________"
    "_____yQA__8pAP____________________________________8tADEA__82AP__OgA_AEQA________SAD_____"
    "_____________________________________________0wA________VQBeAP__ZwD_____________________"
    "________________cAD_____________________________________________________________________"
    "_____________________3IABwANABtbSBtbMkoAG1tLABtbSgAKABtbSAAIABtbQwAbW0EAG1szfgAbW0IAG1tI"
    "ABtbMn4AG1tEABtbNn4AG1s1fgAbW0MAG1tBABtbJXAxJWRCABtbJXAxJWREABtbJXAxJWRDABtbJXAxJWRBAAoA"
    "G1tGAA==";

// Reads the description of the terminal, ours where there is none.
static void initialise(void) {
  static char entry[4096];
  const char *terminal = getenv("TERM");
  int is_plain = !terminal || !*terminal || strcmp(terminal, "dumb") == 0;
  if (is_plain || tgetent(entry, terminal) > 0) {
    rl_initialize();
    return;
  }
  // Only while it is read: whatever is started later has the environment as it was.
  char *before = getenv("TERMINFO");
  if (before) before = strdup(before);
  setenv("TERMINFO", fallback, 1);
  rl_terminal_name = fallback_name;
  rl_initialize();
  if (before)
    setenv("TERMINFO", before, 1);
  else
    unsetenv("TERMINFO");
  free(before);
}

static void take_line(char *line) {
  free(latest);
  latest = line;
  state = line ? qctl_editor_line : qctl_editor_end;
  rl_callback_handler_remove();
  is_active = 0;
}

// Where the terminal has gone, readline would take what is typed so far for a line.
static int no_more_keys(void) {
  rl_replace_line("", 1);
  return EOF;
}

// Readline asks here for a key also where it waits in the middle of something, as for the answer to
// "Display all possibilities?". Ctrl-G gives that up; then the signal is seen between two keys.
static int next_key(FILE *stream) {
  struct pollfd waited[2] = {{fileno(stream), POLLIN, 0}, {editor.signals, POLLIN, 0}};
  for (;;) {
    if (poll(waited, 2, -1) < 0) {
      if (errno == EINTR) continue;
      return no_more_keys();
    }
    if (waited[0].revents) {
      unsigned char key;
      ssize_t count = read(waited[0].fd, &key, 1);
      if (count == 1) return key;
      if (count < 0 && errno == EINTR) continue;
      return no_more_keys();
    }
    if (waited[1].revents) return 7;
  }
}

static char **complete(const char *text, int start, int end) {
  (void)text;
  // No file names of readline's own.
  rl_attempted_completion_over = 1;
  char *line = strndup(rl_line_buffer, end < 0 ? 0 : (size_t)end);
  if (!line) return NULL;
  int append = ' ';
  char **found = editor.complete(editor.context, line, start, &append);
  free(line);
  rl_completion_append_character = append;
  // The quotes are part of the candidates, so that readline adds none.
  rl_completion_suppress_quote = 1;
  return found;
}

// As WordSplitter reads it.
static int is_quoted(char *line, int index) {
  char quote = 0;
  for (int i = 0; i < index; i++) {
    char byte = line[i];
    if (quote == '\'') {
      if (byte == quote) quote = 0;
    } else if (byte == '\\') {
      if (++i == index) return 1;
    } else if (byte == quote) {
      quote = 0;
    } else if (!quote && (byte == '"' || byte == '\'')) {
      quote = byte;
    }
  }
  return quote != 0;
}

// What is typed is UTF-8, whatever the locale says and whether or not the machine has it (design.md §6);
// this one is part of the C library. Readline asks the environment at each prompt, so it stays there.
static void insist_on_utf8(void) {
  setlocale(LC_CTYPE, "");
  if (MB_CUR_MAX > 1) return;
  setenv("LC_ALL", "C.UTF-8", 1);
  setlocale(LC_CTYPE, "");
}

static void forget_accounts(void) {
  // They ask for other users' home folders, which a static program must not (NSS).
  rl_unbind_function_in_map(rl_tilde_expand, emacs_standard_keymap);
  rl_unbind_function_in_map(rl_tilde_expand, emacs_meta_keymap);
  rl_unbind_function_in_map(rl_tilde_expand, vi_movement_keymap);
}

void qctl_editor_begin(const struct qctl_editor *wanted) {
  editor = *wanted;
  rl_readline_name = editor.name;
  rl_catch_signals = 0;
  rl_catch_sigwinch = 0;
  rl_change_environment = 0;
  rl_outstream = editor.on_standard_error ? stderr : stdout;
  rl_getc_function = next_key;
  rl_attempted_completion_function = complete;
  rl_completer_quote_characters = "\"'";
  // Or it would put the quote of a word that is closed already behind what it becomes.
  rl_basic_quote_characters = "";
  rl_completer_word_break_characters = " \t\n\"'";
  rl_basic_word_break_characters = " \t\n\"'";
  rl_char_is_quoted_p = is_quoted;
  // Without it readline would ask the accounts where the home folder is.
  if (!getenv("HOME") && !getenv("INPUTRC")) rl_read_init_file("/etc/inputrc");
  insist_on_utf8();
  initialise();
  forget_accounts();
  using_history();
}

void qctl_editor_prompt(const char *prompt) {
  state = qctl_editor_more;
  is_active = 1;
  rl_callback_handler_install(prompt, take_line);
}

int qctl_editor_read(void) {
  if (!is_active) return state;
  rl_callback_read_char();
  return state;
}

char *qctl_editor_take(void) {
  char *line = latest;
  latest = NULL;
  return line;
}

void qctl_editor_discard(void) {
  if (!is_active) return;
  rl_callback_sigcleanup();
  rl_free_line_state();
  // Below the last line of what was typed.
  rl_point = rl_end;
  rl_redisplay();
  fputs("^C\n", rl_outstream);
  fflush(rl_outstream);
  rl_on_new_line();
  rl_replace_line("", 1);
  qctl_editor_release();
}

void qctl_editor_release(void) {
  if (!is_active) return;
  rl_callback_handler_remove();
  is_active = 0;
}

void qctl_editor_resize(void) {
  if (is_active) rl_resize_terminal();
}

void qctl_editor_suspend(void) {
  if (is_active) rl_deprep_terminal();
}

void qctl_editor_resume(void) {
  if (!is_active) return;
  rl_prep_terminal(1);
  rl_resize_terminal();
  rl_on_new_line();
  rl_redisplay();
}

void qctl_history_limit(int most) { stifle_history(most); }

void qctl_history_add(const char *line) { add_history(line); }
