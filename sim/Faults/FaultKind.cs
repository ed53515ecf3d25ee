namespace HwGen.Sim.Faults;

/// <summary>Mistakes that a generator can make, and that co-simulation has to find.</summary>
public enum FaultKind
{
    FlippedSign,
    TwiddleBit,
    AddressOffByOne,
    RoundingConstant,
    SaturationOff,
    ShiftOffByOne,
    DroppedValid,
    DroppedStall,
    StateKeptAtTlast,
    SwappedRealImaginary,
    RomBit,
    ScheduleEntry,
}
