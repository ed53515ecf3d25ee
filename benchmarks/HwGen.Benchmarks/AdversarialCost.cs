using System.Diagnostics;
using HwGen.Core.Design;
using HwGen.Core.Network;
using HwGen.Frontend.Data;
using HwGen.Frontend.Kernels;
using HwGen.Frontend.Training;

namespace HwGen.Benchmarks;

/// <summary>What a step of adversarial training costs beside a natural one: K steps of the attack take a pass each.</summary>
/// <remarks>Steps of both kinds alternate, so that what else the machine does meets both alike; the processors' time is the one to look at where it does much.</remarks>
internal static class AdversarialCost
{
    private const int Rounds = 9, StepsOfARound = 8;

    public static void Run(TextWriter output, string designFile)
    {
        DesignFile design = DesignReader.Parse(File.ReadAllText(designFile), designFile);
        DataSplit data = DataSets.Load(design.Data, "artifacts/features");
        output.WriteLine($"{design.Name}, batches of {design.Training.BatchSize}, device cpu; {Rounds} rounds of {StepsOfARound} steps in turn, natural and attacked; of the time by the clock and of the processors' time");
        output.WriteLine($"{"threads",-9}{"training",-10}{"K",4}{"natural, ms",13}{"attacked, ms",14}{"to K + 1",10}{"natural, ms CPU",17}{"attacked",10}{"to K + 1",10}");
        foreach (int threads in (int[])[1, Environment.ProcessorCount])
        {
            using var ops = ComputeDevice.Open("cpu", threads);
            foreach (var (method, k) in ((AdversarialMethod, int)[])[(AdversarialMethod.Pgd, 1), (AdversarialMethod.Pgd, 3), (AdversarialMethod.Pgd, 7), (AdversarialMethod.Psat, 7), (AdversarialMethod.Trades, 7)])
            {
                AdversarialSettings settings = design.Training.Adversarial! with { Method = method, Steps = k, WarmupEpochs = 0 };
                using WeightWork natural = Work(null), attacked = Work(settings);
                Time(natural);
                Time(attacked);
                ((double Clock, double Cpu) Natural, (double Clock, double Cpu) Attacked)[] rounds = [.. Enumerable.Range(0, Rounds).Select(_ => (Time(natural), Time(attacked)))];
                double cpu = rounds.Average(r => r.Natural.Cpu), attackedCpu = rounds.Average(r => r.Attacked.Cpu);
                output.WriteLine($"{threads,-9}{method.ToString().ToLowerInvariant(),-10}{k,4}{Median(rounds.Select(r => r.Natural.Clock)),13:F2}{Median(rounds.Select(r => r.Attacked.Clock)),14:F2}"
                    + $"{Median(rounds.Select(r => r.Attacked.Clock / r.Natural.Clock)) / (k + 1),10:F2}{cpu,17:F2}{attackedCpu,10:F2}{attackedCpu / cpu / (k + 1),10:F2}");
            }

            WeightWork Work(AdversarialSettings? adversarial)
            {
                var own = design with { Training = design.Training with { Adversarial = adversarial } };
                TrainedNetwork initial = TrainingRun.Initial(own);
                var state = TrainingState.Start(TrainingPhase.Dense, new ParameterLayout(initial.Layers).Pack(initial), new([], []));
                return new(new(ops, own, data, null, CancellationToken.None, TrainingIntervals.Default), initial.Layers, initial.Layers, state, design.Training.Dense.Epochs);
            }
        }

        (double Clock, double Cpu) Time(WeightWork work)
        {
            int[] indices = [.. Enumerable.Range(0, design.Training.BatchSize)];
            long start = Stopwatch.GetTimestamp();
            TimeSpan used = Environment.CpuUsage.TotalTime;
            for (int i = 0; i < StepsOfARound; i++) work.Step(indices, 1e-4);
            return (Stopwatch.GetElapsedTime(start).TotalMilliseconds / StepsOfARound, (Environment.CpuUsage.TotalTime - used).TotalMilliseconds / StepsOfARound);
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
