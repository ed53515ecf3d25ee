# Completion of hwgen in fish. Once: hwgen completion fish | source; for good, write it to ~/.config/fish/completions/hwgen.fish.
complete --command hwgen --arguments '(hwgen "[suggest:"(commandline --cursor)"]" (commandline) 2>/dev/null)'
