# shellcheck shell=bash
# Completion of qctl for bash 4.4 and later. Generated; do not edit.

# Without bash-completion: undoes bash's splitting at ":", "=" and "@".
__qctl_words() {
  local line=$COMP_LINE word rest i joins last=""
  words=()
  cword=0
  for ((i = 0; i < ${#COMP_WORDS[@]}; i++)); do
    word=${COMP_WORDS[i]}
    rest=${line#"${line%%[![:blank:]]*}"}
    joins=""
    [[ $rest == "$line" && ($word == [:=@]* || $last == *[:=@]) ]] && joins=1
    if ((i > 1)) && [[ $joins ]]; then
      words[${#words[@]} - 1]+=$word
    else
      words+=("$word")
    fi
    ((i == COMP_CWORD)) && cword=$((${#words[@]} - 1))
    last=$word
    line=${rest#"$word"}
  done
  # The word at the cursor ends at the cursor.
  local before=${COMP_LINE:0:COMP_POINT}
  cur=${words[cword]-}
  while [[ $cur && $before != *"$cur" ]]; do cur=${cur%?}; done
}

# Removes quotes and backslashes as the shell would, expanding nothing. Also says which quote is
# still open, and what stands before the part of the word that bash will replace: all up to an
# open quote, or to a plain ":", "=" or "@".
__qctl_unquote() {
  local text=$1 char i
  REPLY="" quote="" head=""
  for ((i = 0; i < ${#text}; i++)); do
    char=${text:i:1}
    case $quote$char in
      \' | \") quote=$char plain=$head head=$REPLY ;;
      \'\' | \"\") quote="" head=$plain ;;
      \\)
        i=$((i + 1))
        REPLY+=${text:i:1}
        ;;
      \"\\)
        [[ ${text:i+1:1} == [\"\\\$\`] ]] && i=$((i + 1))
        REPLY+=${text:i:1}
        ;;
      [:=@])
        REPLY+=$char
        [[ $COMP_WORDBREAKS == *"$char"* ]] && head=$REPLY
        ;;
      *) REPLY+=$char ;;
    esac
  done
}

# Directories, and files with one of the given endings.
__qctl_paths() {
  local path=$REPLY kept=$head name ending
  if [[ $path == --*=* ]]; then
    path=${path#*=}
    kept=${kept#*=}
  fi
  compopt -o filenames 2>/dev/null
  while IFS= read -r name; do COMPREPLY+=("${name#"$kept"}"); done < <(compgen -d -- "$path")
  while IFS= read -r name; do
    for ending; do [[ $name == *."$ending" ]] && COMPREPLY+=("${name#"$kept"}"); done
  done < <(compgen -f -- "$path")
}

# What follows "--" is another program with completions of its own.
__qctl_handler() {
  local i
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ ${COMP_WORDS[i]} == -- ]]; then
      declare -F _command_offset >/dev/null && _command_offset $((i + 1)) && return
      break
    fi
  done
  compopt -o default 2>/dev/null
}

_qctl() {
  local cur="" cword=0 words=() asked=() lines=() word value directive REPLY quote head plain
  COMPREPLY=()
  if declare -F _get_comp_words_by_ref >/dev/null; then
    _get_comp_words_by_ref -n ':=@' cur words cword
  else
    __qctl_words
  fi
  for word in "${words[@]:1:cword-1}" "$cur"; do
    __qctl_unquote "$word"
    asked+=("$REPLY")
  done
  mapfile -t lines < <(qctl __complete "${asked[@]}" 2>/dev/null)
  ((${#lines[@]})) || return 0
  directive=${lines[${#lines[@]} - 1]#:}
  [[ $directive =~ ^[0-9]{1,3}$ ]] || return 0
  unset 'lines[${#lines[@]}-1]'
  ((directive & 1)) && return 0
  if ((directive & 24)); then
    ((directive & 8)) || lines=()
    __qctl_paths "${lines[@]%%$'\t'*}"
    return 0
  fi
  for value in "${lines[@]%%$'\t'*}"; do
    [[ $value == "$REPLY"* ]] || continue
    value=${value#"$head"}
    # Within an open quote nothing can be quoted further.
    case $quote in
      \') [[ $value == *\'* ]] && continue ;;
      \") [[ $value == *[\"\\\$\`!]* ]] && continue ;;
      *) [[ $value == *[^[:alnum:]._/:=,@%+-]* ]] && printf -v value %q "$value" ;;
    esac
    COMPREPLY+=("$value")
  done
  if ((${#lines[@]} == 0)); then
    ((directive & 4)) || __qctl_handler
    return 0
  fi
  ((directive & 32)) && compopt -o nosort 2>/dev/null
  if ((directive & 2)) || [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=/] ]]; then
    compopt -o nospace 2>/dev/null
  fi
}

complete -F _qctl qctl
