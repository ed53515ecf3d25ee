#!/usr/bin/env bash
# The project's verbs. build.ps1 has the same ones.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

usage() {
    cat <<'TEXT'
./build.sh VERB
  setup        install what building, testing and running need (Debian; elsewhere says what is missing);
               setup demo installs only what the demo needs, setup energy what bench energy needs
  build        build everything, Release
  test         setup, then all tests; the last line is "N passed, N failed"
  lint         check the source's format
  demo         set up what the demo needs, then from data to verified Verilog for two networks
  verify-random N [--seed S]
               draw N designs of every kind, generate and co-simulate each
  bench ARGS   measure training: devices (default), lstm (beside PyTorch, if it is here), size or
               adversarial [DESIGN]: steps under attack beside natural ones;
               fft-area: the FFT unit by Yosys, beside others; energy: the model beside gate-level power;
               onnx DATA.npz MODEL.onnx...: imported networks beside ONNX Runtime
  fuzz [N]     read N damaged design files and ONNX models (100000), half of each
  pack         write artifacts/packages/hwgen.VERSION.nupkg, for 'dotnet tool install'
  hwgen ARGS   run hwgen
TEXT
}

# What each part is known by: PACKAGE:COMMAND, or PACKAGE:/FILE.
demo_parts=(verilator:verilator g++:g++ make:make
    dataset-fashion-mnist:/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz)
energy_parts=(yosys:yosys iverilog:iverilog opensta:sta
    qflow-tech-osu018:/usr/share/qflow/tech/osu018/osu018_stdcells.lib)
all_parts=("${demo_parts[@]}" yosys:yosys iverilog:iverilog nextpnr-ice40:nextpnr-ice40 fpga-icestorm:icepack
    pocl-opencl-icd:/etc/OpenCL/vendors/pocl.icd ocl-icd-libopencl1:@
    chromium:chromium
    slurm-wlm:/usr/sbin/slurmctld munge:/usr/sbin/munged
    flite:flite sox:sox fortunes:/usr/share/games/fortunes/wisdom)

is_here() { # PACKAGE:SIGN
    case "${1#*:}" in
        /*) [ -e "${1#*:}" ] ;;
        @) [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "${1%%:*}" 2>/dev/null)" = "ii " ] ;;
        *) command -v "${1#*:}" >/dev/null ;;
    esac
}

install() { # PACKAGE:SIGN...
    local part missing=() root=()
    for part in "$@"; do is_here "$part" || missing+=("${part%%:*}"); done
    if [ ${#missing[@]} -eq 0 ]; then
        echo "setup: everything is here"
        return
    fi
    if ! command -v apt-get >/dev/null; then
        echo "setup: this is no Debian; please install what you lack of: ${missing[*]}"
        return
    fi
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "setup: not root and no sudo; please run as root: apt-get install ${missing[*]}"
            return
        fi
        root=(sudo)
    fi
    echo "setup: installing by apt-get: ${missing[*]}"
    "${root[@]}" apt-get -o DPkg::Lock::Timeout=300 -q update </dev/null
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -q \
        install --no-install-recommends -y "${missing[@]}" </dev/null
}

build() { dotnet build HwGen.sln -c Release --nologo -v quiet; }

hwgen() { dotnet hwgen/Cli/bin/Release/net10.0/hwgen.dll "$@"; }

# Adds up one counter of all result files; the files are the test runner's own.
sum() { # COUNTER
    { grep -ho "<Counters [^>]*" artifacts/tests/*.trx || true; } 2>/dev/null |
        { grep -o " $1=\"[0-9]*\"" || true; } | tr -dc '0-9\n' | { total=0; while read -r n; do total=$((total + n)); done; echo "$total"; }
}

run_tests() {
    local status=0 passed failed skipped
    rm -rf artifacts/tests
    # One project after the other: their tests start compilers and simulators of their own.
    dotnet test HwGen.sln -c Release --nologo -v quiet -m:1 -p:TestResults="$PWD/artifacts/tests" || status=$?
    passed=$(sum passed) failed=$(sum failed) skipped=$(($(sum total) - $(sum executed)))
    # Not one test is no success, and a failure is one even if the runner says otherwise.
    if [ "$failed" -ne 0 ] || [ "$passed" -eq 0 ]; then status=1; fi
    echo "$passed passed, $failed failed$([ "$skipped" -eq 0 ] || echo ", $skipped skipped")"
    return "$status"
}

# Half design files; of the models, half damaged byte by byte and half well-formed that say something else.
fuzz() { # N
    local project status=0
    for project in tests/HwGen.Core.Tests tests/HwGen.Frontend.Tests; do
        HWGEN_FUZZ=${1:-100000} dotnet test "$project" -c Release --nologo --filter FullyQualifiedName~FuzzTests \
            --logger "console;verbosity=detailed" || status=$?
    done
    return "$status"
}

verb=${1:-}
[ $# -eq 0 ] || shift
case "$verb" in
    setup)
        case "${1:-}" in
            demo) install "${demo_parts[@]}" ;;
            energy) install "${energy_parts[@]}" ;;
            *) install "${all_parts[@]}" ;;
        esac
        ;;
    build) build ;;
    test) install "${all_parts[@]}" && run_tests ;;
    lint) dotnet format HwGen.sln --verify-no-changes ;;
    demo) install "${demo_parts[@]}" && build && hwgen run examples/fashion-gru.yaml examples/fashion-gru-k16.yaml ;;
    bench)
        [ "${1:-}" != energy ] || install "${energy_parts[@]}"
        dotnet run -c Release --project benchmarks/HwGen.Benchmarks -- "$@"
        ;;
    fuzz) fuzz "$@" ;;
    pack) dotnet pack hwgen/Cli -c Release --nologo -v quiet -o artifacts/packages && ls artifacts/packages/*.nupkg ;;
    verify-random) install "${all_parts[@]}" && build && hwgen verify-random "$@" ;;
    hwgen) build && hwgen "$@" ;;
    *) usage; [ "$verb" = help ] || exit 2 ;;
esac
