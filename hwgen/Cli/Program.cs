using System.Runtime.InteropServices;
using HwGen.Cli;
using HwGen.Cli.Doctor;
using HwGen.Cli.Steps;
using HwGen.Cli.Verbs;

var pipeline = new Pipeline();
PipelineSteps steps = pipeline.Steps;
Verb[] verbs =
[
    new RunVerb(pipeline.RunSteps), new TrainVerb(steps.Train), new CompareVerb(), new AttackVerb(), new QuantizeVerb(steps.Quantize, steps.SearchWords), new ExploreVerb(), new GenerateVerb(steps.Generate),
    new VerifyVerb(steps.Verify, steps.InjectFaults), new VerifyRandomVerb(), new SynthVerb(new Synthesis(Pipeline.Predict, Pipeline.Infer).RunAsync), new CalibrateVerb(), new ReportVerb(steps.Report), new ImportVerb(steps.Train), new ExportVerb(steps.Train), new DataVerb(Pipeline.CheckDataAsync), new NewVerb(), new DoctorVerb(Checks.All), new CompletionVerb(),
];

using var cancellation = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
return await CommandLine.RunAsync(verbs, args, Terminal.Standard(), cancellation.Token);

// The first signal stops the work in good order; a second one ends the process at once.
void Cancel(PosixSignalContext signal)
{
    signal.Cancel = !cancellation.IsCancellationRequested;
    cancellation.Cancel();
}
