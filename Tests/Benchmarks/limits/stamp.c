// The handler of the latency case: writes the time of its start into a pipe with a name. Static, so
// that little comes before its first instruction. Not a limit.   stamp PIPE
#include <fcntl.h>
#include <unistd.h>

#include "limit.h"

int main(int count, char **arguments) {
  double now = seconds();
  if (count != 2) give_up("usage", "stamp PIPE");
  int pipe = open(arguments[1], O_WRONLY);
  if (pipe < 0) give_up(arguments[1], "cannot be opened");
  if (write(pipe, &now, sizeof now) != sizeof now) give_up(arguments[1], "cannot be written");
}
