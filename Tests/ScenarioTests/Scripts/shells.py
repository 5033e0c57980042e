"""bash, zsh and fish, asked by a program what TAB would do."""

import os
import signal
import subprocess
import time

from terminal import DEADLINE, Terminal

# What Debian's package brings, which many people have and others don't.
PACKAGE = "/usr/share/bash-completion/bash_completion"

BASH = r"""
set +o history
bind 'set bell-style none' 'set colored-stats off' 'set enable-bracketed-paste off'
PS1= PS2=
%(package)s
source %(control)s/qctl.bash
probe() { REPLIED=(); _qctl "$@"; local status=$?; REPLIED=("${COMPREPLY[@]}"); return $status; }
complete -F probe qctl
mapfile -d '' -t TYPED <%(control)s/lines
AT=0
load() { READLINE_LINE=${TYPED[AT]} READLINE_POINT=${TYPED[AT + 1]} REPLIED=() AT=$((AT + 2)); }
dump() {
  printf '%%s\0' "${READLINE_LINE:0:READLINE_POINT}" "${READLINE_LINE:READLINE_POINT}" "${#REPLIED[@]}" \
    "${REPLIED[@]}" >>%(control)s/answers
  READLINE_LINE=
}
bind -x '"\C-xl": load' ; bind -x '"\C-xd": dump'
echo >%(control)s/ready
"""

ZSH = r"""
PS1= RPS1= PS2=
unset zle_bracketed_paste
unsetopt auto_list auto_menu list_ambiguous list_beep beep
setopt complete_in_word
fpath=(%(control)s $fpath)
autoload -Uz compinit
compinit -u -D
typeset -a HITS TYPED
compadd() {
  local -a hits
  if [[ ${@[1,(i)(-|--)]} != *-(O|A|D)\ * ]]; then
    builtin compadd -A hits "$@"
    HITS+=("${hits[@]}")
  fi
  builtin compadd "$@"
}
TYPED=("${(@0)$(<%(control)s/lines)}")
AT=1
probe() {
  BUFFER=$TYPED[AT] CURSOR=$TYPED[AT+1] HITS=()
  ((AT += 2))
  zle complete-word
  # Or the next line would lose what zsh takes away again from behind a completed word.
  zle auto-suffix-retain
  print -rN -- "$LBUFFER" "$RBUFFER" $#HITS "${HITS[@]}" >>%(control)s/answers
  BUFFER=''
}
zle -N probe
bindkey '^T' probe
echo >%(control)s/ready
"""

FISH = r"""
source %(control)s/qctl.fish
while read -z line
  read -z point
  set -l found (complete -C (string sub -l $point -- "$line"))
  printf '%%s\0' '' '' (count $found) $found
end <%(control)s/lines >%(control)s/answers
"""


SOURCES = {"bash": BASH, "zsh": ZSH, "fish": FISH}
# The files that the shells read.
NAMES = {"bash": "qctl.bash", "zsh": "_qctl", "fish": "qctl.fish"}


class Answer:
    """What a shell made of one line: the line before and behind the cursor, what it chose from."""

    def __init__(self, before, behind, candidates):
        self.before, self.behind, self.candidates = before, behind, candidates


def prepare(control):
    """Puts the scripts into a folder, as qctl prints them."""
    for shell, name in NAMES.items():
        with open(os.path.join(control, name), "wb") as file:
            subprocess.run(["qctl", "completion", shell], stdout=file, check=True)


def ask(shell, lines, control, folder, package=False):
    """Each line with its cursor, completed by one process of a shell that stands in a folder.

    What the shell reads and writes for us lies in another folder, `control`.
    """
    for name in ("answers", "ready"):
        if os.path.exists(os.path.join(control, name)):
            os.remove(os.path.join(control, name))
    with open(os.path.join(control, "lines"), "w", encoding="utf-8") as file:
        for text, point in lines:
            file.write(f"{text}\0{point}\0")
    start = os.path.join(control, f"start.{shell}")
    with open(start, "w", encoding="utf-8") as file:
        file.write(SOURCES[shell] % {"control": control, "package": f"source {PACKAGE}" if package else ""})
    environment = dict(os.environ, LANG="C.UTF-8", LC_ALL="C.UTF-8", TERM="dumb")
    if shell == "fish":
        subprocess.run(["fish", "--no-config", start], cwd=folder, env=environment, check=True, timeout=DEADLINE)
    else:
        converse(shell, start, len(lines), control, folder, environment)
    return answers(os.path.join(control, "answers"))


def converse(shell, start, count, control, folder, environment):
    """Has a shell on a terminal complete the lines, one at a time."""
    words = {"bash": ("bash", "--noprofile", "--rcfile", start, "-i"), "zsh": ("zsh", "-f", "-i")}[shell]
    terminal = Terminal(*words, environment=environment, folder=folder, columns=200, rows=60)
    try:
        if shell == "zsh":
            terminal.type(f"source {start}\n".encode())
        until(terminal, lambda: os.path.exists(os.path.join(control, "ready")))
        path = os.path.join(control, "answers")
        open(path, "w", encoding="utf-8").close()
        for number in range(1, count + 1):
            seen = os.path.getsize(path)
            terminal.type(b"\x18l\t\x18d" if shell == "bash" else b"\x14")
            until(terminal, lambda: os.path.getsize(path) > seen and len(answers(path)) == number)
    finally:
        os.killpg(terminal.process.pid, signal.SIGKILL)
        terminal.end()


def until(terminal, condition):
    limit = time.monotonic() + DEADLINE
    while not condition():
        if not terminal.read(0.002) or time.monotonic() > limit:
            raise SystemExit(f"the shell stands still: {terminal.shown[-2000:]!r}")


def answers(path):
    """What was written so far, as far as it is whole."""
    with open(path, encoding="utf-8", errors="replace") as file:
        parts = file.read().split("\0")[:-1]
    found, at = [], 0
    while at + 3 <= len(parts) and at + 3 + int(parts[at + 2]) <= len(parts):
        end = at + 3 + int(parts[at + 2])
        found.append(Answer(parts[at], parts[at + 1], parts[at + 3:end]))
        at = end
    return found
