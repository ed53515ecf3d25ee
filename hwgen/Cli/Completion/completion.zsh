# Completion of hwgen in zsh. Once: source <(hwgen completion zsh); for good, put that line into ~/.zshrc behind compinit.
_hwgen() {
    local -a found
    found=("${(@f)$(hwgen "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
    compadd -- $found || _files
}
compdef _hwgen hwgen
