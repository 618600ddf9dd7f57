# bash completion for zhanji-moderate

_zhanji_moderate_words() {
  case $1 in
  --reason) echo duplicate implausible off_topic personal_data spam policy other ;;
  --flag) echo any none repeated hurried burst contradicts past numbers links ;;
  --order) echo use age ;;
  bulk) echo approve reject revert withhold ;;
  key) echo new ;;
  log) echo fetch prove rotate verify ;;
  moderator) echo add list retire ;;
  notice) echo add ;;
  *) return 1 ;;
  esac
}

_zhanji_moderate() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words
  local filters='--station --line --flag --text --from --to --answer --changes'
  local common='--socket --server --key --json --help'
  local decides='--reason --note --hide-note --approve --dry-run --list --order --limit --log-key'
  COMPREPLY=()
  case $previous in
  --socket | --key | --list | backup | import)
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
    return
    ;;
  --server | --station | --line | --text | --from | --to | --answer | --note | --limit | --log-key |)
    return
    ;;
  esac
  if words=$(_zhanji_moderate_words "$previous"); then
    :
  elif [[ $current == -* ]]; then
    words="$common $filters $decides"
  elif ((COMP_CWORD == 1)) || [[ ${COMP_WORDS[COMP_CWORD - 2]} == --@(socket|server|key) ]]; then
    words='approve backup bulk check import key log moderator notice purge queue refit reject
      revert review show stats withhold'
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
    return
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _zhanji_moderate zhanji-moderate
