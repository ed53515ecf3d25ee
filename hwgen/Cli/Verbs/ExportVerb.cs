using System.CommandLine;
using HwGen.Cli.Files;
using HwGen.Cli.Results;
using HwGen.Cli.Steps;
using HwGen.Core.Design;
using HwGen.Frontend.Onnx;
using HwGen.Frontend.Training;

namespace HwGen.Cli.Verbs;

/// <summary>From a trained design to an ONNX model.</summary>
public sealed class ExportVerb(DesignStep<TrainResult> train)
    : DesignVerb("export", "Write a design's trained network as an ONNX model; trains what is not trained yet.", FolderOption.Create())
{
    private readonly Option<string> output = new("--out") { Description = "The ONNX file to write.", HelpName = "MODEL.onnx", Required = true };

    private readonly Option<bool> everyStep = new("--every-step") { Description = "Of a recurrent network: an output for each step, as data with a label a step ask for." };

    private readonly Option<string> device = DeviceOption.Create();

    protected override void AddTo(Command command)
    {
        base.AddTo(command);
        command.Add(output);
        command.Add(everyStep);
        command.Add(device);
    }

    protected override string Device(ParseResult arguments) => arguments.GetRequiredValue(device);

    protected override async Task<VerbResult> StepAsync(StepContext context, ParseResult arguments, CancellationToken cancellation)
    {
        await train(context, cancellation);
        var network = NetworkFile.Load(Path.Join(context.Workspace.Artifacts, "network.bin"));
        bool steps = arguments.GetValue(everyStep) || DataSetShape.Of(context.Design.Data).LabelsSteps == true;
        byte[] model = OnnxExport.Write(network, steps);
        string file = arguments.GetRequiredValue(output);
        AtomicFile.Write(file, stream => stream.Write(model));
        return new ExportResult(context.Design.Name, file, network.Layers.Count, model.Length, steps);
    }
}
