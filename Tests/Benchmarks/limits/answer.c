// The handler of the persistent cases: says of each job in a line that it is done, and nothing else.
// With PIPE it writes there, before that, the time at which it had read of the job. Not a limit.
//   answer [PIPE]
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "limit.h"

static char input[1 << 16], output[1 << 16];

// The id is the first member, `{"id":"` and 13 characters.
static size_t answer(const char *line, char *place) {
  static const char before[] = "{\"id\":\"", after[] = "\",\"outcome\":\"done\"}\n";
  char *end = place;
  memcpy(end, before, sizeof before - 1);
  end += sizeof before - 1;
  memcpy(end, line + 7, 13);
  end += 13;
  memcpy(end, after, sizeof after - 1);
  return (size_t)(end - place) + sizeof after - 1;
}

int main(int count, char **arguments) {
  int pipe = count == 2 ? open(arguments[1], O_WRONLY) : -1;
  if (count == 2 && pipe < 0) give_up(arguments[1], "cannot be opened");
  size_t filled = 0;
  for (;;) {
    ssize_t more = read(STDIN_FILENO, input + filled, sizeof input - filled);
    if (more <= 0) return more < 0;
    filled += (size_t)more;
    double now = pipe < 0 ? 0 : seconds();
    size_t begun = 0, said = 0;
    for (char *end; (end = memchr(input + begun, '\n', filled - begun));) {
      if (pipe >= 0 && write(pipe, &now, sizeof now) != sizeof now)
        give_up(arguments[1], "cannot be written");
      said += answer(input + begun, output + said);
      begun = (size_t)(end - input) + 1;
    }
    memmove(input, input + begun, filled - begun);
    filled -= begun;
    if (write(STDOUT_FILENO, output, said) != (ssize_t)said) give_up("answer", "nobody listens");
  }
}
