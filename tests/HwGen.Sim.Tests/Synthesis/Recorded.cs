namespace HwGen.Sim.Tests.Synthesis;

/// <summary>What the tools printed once, shortened where it repeats.</summary>
internal static class Recorded
{
    /// <summary>Yosys 0.23, one module, after `synth_xilinx -flatten`; a check prints another count before.</summary>
    public const string Flat = """
        25. Printing statistics.

        === tiny ===

           Number of cells:                  1
             LUT2                            1

        26. Printing statistics.

        === tiny ===

           Number of wires:               3081
           Number of wire bits:          33895
           Number of memories:               0
           Number of processes:              0
           Number of cells:               7294
             BUFG                            1
             CARRY4                        552
             DSP48E1                        44
             FDRE                         2808
             FDSE                           73
             INV                           382
             LUT2                          989
             LUT6                          216
             RAM32M                         79
             RAMB18E1                        3
             SRL16E                        243

        End of script. Logfile hash: 7bbffceb69, CPU: user 0.00s system 0.01s
        """;

    /// <summary>The same, not flattened.</summary>
    public const string Hierarchy = """
        2.45. Printing statistics.

        === add_8 ===

           Number of wires:                  5
           Number of cells:                 26
             CARRY4                          2
             FDRE                            8
             LUT2                            8

        === top ===

           Number of wires:                  3
           Number of cells:                  2
             add_8                           2

        === design hierarchy ===

           top                               1
             add_8                           2

           Number of wires:                 13
           Number of cells:                 52
             CARRY4                          4
             FDRE                           16
             LUT2                           16

        """;

    /// <summary>nextpnr-ice40 0.4 on a design that is too large.</summary>
    public const string TooLarge = """
        Info: Device utilisation:
        Info: 	         ICESTORM_LC:  9652/ 5280   182%
        Info: 	        ICESTORM_RAM:    30/   30   100%
        Info: 	        ICESTORM_DSP:    44/    8   550%

        Info: Placed 0 cells based on constraints.
        ERROR: Unable to place cell 'u_pe_2.product', no BELs remaining to implement cell type 'ICESTORM_LC'
        1 warning, 1 error
        """;

    /// <summary>Elaborated: one element of one kind, two of another that differ in their images, below a module that is there twice.</summary>
    public const string Netlist = """
        { "modules": {
          "$paramod$1\\hwgen_pe": { "attributes": { "hdlname": "\\hwgen_pe" }, "ports": {}, "cells": {}, "parameter_default_values": { "K": "00000000000000000000000000000100", "INIT": "a.hex" } },
          "$paramod$2\\hwgen_pe": { "attributes": { "hdlname": "\\hwgen_pe" }, "ports": {}, "cells": {}, "parameter_default_values": { "K": "00000000000000000000000000000100", "INIT": "b.hex" } },
          "$paramod$3\\hwgen_pe": { "attributes": { "hdlname": "\\hwgen_pe" }, "ports": {}, "cells": {}, "parameter_default_values": { "K": "00000000000000000000000000001000", "INIT": "a.hex" } },
          "half": { "attributes": {}, "ports": {}, "cells": { "a": { "type": "$paramod$1\\hwgen_pe" }, "b": { "type": "$paramod$2\\hwgen_pe" }, "c": { "type": "$add" } } },
          "top": { "attributes": {}, "ports": { "aclk": { "direction": "input", "bits": [2] }, "data": { "direction": "input", "bits": [3, 4, 5] }, "out": { "direction": "output", "bits": [6, 7] } },
                   "cells": { "x": { "type": "half" }, "y": { "type": "half" }, "z": { "type": "$paramod$3\\hwgen_pe" } } }
        } }
        """;
}
