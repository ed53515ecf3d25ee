namespace HwGen.Core.Cost;

/// <summary>Kinds of logic that take look-up tables or flip-flops in proportion to their bits: one constant each and family.</summary>
public enum LogicKind
{
    /// <summary>Adders and subtracters of two words.</summary>
    Adder,

    /// <summary>Accumulators: a sum, or a start from zero.</summary>
    Accumulator,

    /// <summary>Adders of two products, of which a multiplier block may hold one.</summary>
    ProductSum,

    /// <summary>The two adders of a product and each of two others, as three multipliers to a complex product have them: a multiplier block may hold each.</summary>
    SharedProductSum,

    /// <summary>Adders of a bit of one word that another word's bit enables: a product of adders.</summary>
    ProductRow,

    /// <summary>Adders of a constant: half-up rounding, above the bits that go, and counters.</summary>
    Increment,

    /// <summary>Saturation: bits that remain, and those that are compared.</summary>
    Saturation,

    /// <summary>2:1 multiplexers.</summary>
    Multiplexer,

    /// <summary>Multiplexers of more inputs: inputs but one, each.</summary>
    Choice,

    /// <summary>Bits that are zero unless something holds.</summary>
    Gate,

    /// <summary>Look-up tables that hold a read-only memory, as <see cref="TableContent"/> counts them.</summary>
    Table,

    /// <summary>Partial products of multiplications that no block does.</summary>
    SmallProduct,

    /// <summary>Bits of orders that depend on the step they belong to, times the steps in flight.</summary>
    Context,

    /// <summary>Once a design: what no other kind counts.</summary>
    Design,

    /// <summary>Registers (flip-flops).</summary>
    Register,

    /// <summary>Registers behind <see cref="ProductSum"/> and <see cref="SharedProductSum"/> alone.</summary>
    ProductSumRegister,
}
