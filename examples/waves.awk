# Noisy sines (0), squares (1) and saw teeth (2) of any phase, 64 samples a row.
BEGIN {
    srand(seed)
    for (row = 0; row < rows; row++) {
        kind = int(3 * rand()); phase = rand(); period = 12 + 20 * rand()
        printf "%d", kind
        for (t = 0; t < 64; t++) {
            turn = t / period + phase; turn -= int(turn)
            wave = kind == 0 ? sin(6.2831853 * turn) : kind == 1 ? (turn < 0.5 ? 1 : -1) : 2 * turn - 1
            printf ",%.4f", wave + 0.6 * (rand() + rand() - 1)
        }
        print ""
    }
}
