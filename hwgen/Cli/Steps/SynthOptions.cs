namespace HwGen.Cli.Steps;

/// <param name="Flat">Synthesise the whole design in one run, however often it repeats an element.</param>
/// <param name="CheckNetlist">On iCE40: simulate the netlist with the printed testbench.</param>
public sealed record SynthOptions(bool Flat, bool CheckNetlist);
