# The project's verbs. build.sh has the same ones.
# Language elements, native commands and .NET calls only, so that any PowerShell engine runs it.
param([string] $Verb = '', [Parameter(ValueFromRemainingArguments)] [string[]] $Arguments = @())

$ErrorActionPreference = 'Stop'
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
$env:DOTNET_NOLOGO = '1'
$root = $PSScriptRoot
$solution = [IO.Path]::Combine($root, 'HwGen.sln')
$program = [IO.Path]::Combine($root, 'hwgen', 'Cli', 'bin', 'Release', 'net10.0', 'hwgen.dll')
$results = [IO.Path]::Combine($root, 'artifacts', 'tests')

$usage = @'
./build.ps1 VERB
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
'@

function Invoke-Checked([scriptblock] $command) {
    & $command
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}

function Install-Part([string] $packages, [string[]] $debian) {
    if ([IO.File]::Exists('/usr/bin/apt-get')) { Invoke-Checked { & bash ([IO.Path]::Combine($root, 'build.sh')) @debian } }
    else { "setup: this is no Debian; please install what you lack of: $packages" }
}

function Build-All { Invoke-Checked { & dotnet build $solution -c Release --nologo -v quiet } }

function Test-All {
    if ([IO.Directory]::Exists($results)) { [IO.Directory]::Delete($results, $true) }
    # One project after the other: their tests start compilers and simulators of their own.
    & dotnet test $solution -c Release --nologo -v quiet -m:1 "-p:TestResults=$results"
    $status = $LASTEXITCODE
    $passed = 0; $failed = 0; $skipped = 0
    $files = if ([IO.Directory]::Exists($results)) { [IO.Directory]::GetFiles($results, '*.trx') } else { @() }
    foreach ($file in $files) {
        $counters = ([xml] [IO.File]::ReadAllText($file)).TestRun.ResultSummary.Counters
        $passed += [int] $counters.passed
        $failed += [int] $counters.failed
        $skipped += [int] $counters.total - [int] $counters.executed
    }
    # Not one test is no success, and a failure is one even if the runner says otherwise.
    if ($failed -ne 0 -or $passed -eq 0) { $status = 1 }
    if ($skipped -eq 0) { "$passed passed, $failed failed" } else { "$passed passed, $failed failed, $skipped skipped" }
    exit $status
}

# Half design files; of the models, half damaged byte by byte and half well-formed that say something else.
function Invoke-Fuzz([string] $count) {
    $env:HWGEN_FUZZ = if ($count) { $count } else { '100000' }
    $status = 0
    foreach ($project in 'HwGen.Core.Tests', 'HwGen.Frontend.Tests') {
        & dotnet test ([IO.Path]::Combine($root, 'tests', $project)) -c Release --nologo --filter 'FullyQualifiedName~FuzzTests' --logger 'console;verbosity=detailed'
        if ($LASTEXITCODE -ne 0) { $status = $LASTEXITCODE }
    }
    exit $status
}

$demoParts = 'verilator g++ make dataset-fashion-mnist'
$energyParts = 'yosys iverilog opensta qflow-tech-osu018'
$allParts = "$demoParts yosys iverilog nextpnr-ice40 fpga-icestorm chromium pocl-opencl-icd ocl-icd-libopencl1 slurm-wlm munge flite sox fortunes"

switch ($Verb) {
    'setup' {
        if ($Arguments -contains 'demo') { Install-Part $demoParts 'setup', 'demo' }
        elseif ($Arguments -contains 'energy') { Install-Part $energyParts 'setup', 'energy' }
        else { Install-Part $allParts 'setup' }
    }
    'build' { Build-All }
    'test' { Install-Part $allParts 'setup'; Test-All }
    'lint' { Invoke-Checked { & dotnet format $solution --verify-no-changes } }
    'demo' {
        Install-Part $demoParts 'setup', 'demo'
        Build-All
        Invoke-Checked { & dotnet $program run ([IO.Path]::Combine($root, 'examples', 'fashion-gru.yaml')) ([IO.Path]::Combine($root, 'examples', 'fashion-gru-k16.yaml')) }
    }
    'fuzz' { Invoke-Fuzz $(if ($Arguments.Count) { $Arguments[0] }) }
    'pack' { Invoke-Checked { & dotnet pack ([IO.Path]::Combine($root, 'hwgen', 'Cli')) -c Release --nologo -v quiet -o ([IO.Path]::Combine($root, 'artifacts', 'packages')) } }
    'verify-random' { Install-Part $allParts 'setup'; Build-All; Invoke-Checked { & dotnet $program verify-random @Arguments } }
    'bench' {
        if ($Arguments.Count -and $Arguments[0] -eq 'energy') { Install-Part $energyParts 'setup', 'energy' }
        Invoke-Checked { & dotnet run -c Release --project ([IO.Path]::Combine($root, 'benchmarks', 'HwGen.Benchmarks')) '--' @Arguments }
    }
    'hwgen' { Build-All; Invoke-Checked { & dotnet $program @Arguments } }
    'help' { $usage }
    default { $usage; exit 2 }
}
