# Completion of hwgen in bash. Once: source <(hwgen completion bash); for good, put that line into ~/.bashrc.
_hwgen() {
    local IFS=$'\n'
    COMPREPLY=($(compgen -W "$(hwgen "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _hwgen hwgen
