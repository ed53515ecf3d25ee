// hwgen_saturate: the design's one saturation: the nearest value that OUT_W bits hold.
// Signed in and out; combinational. An input no wider than the output passes, sign-extended.
`default_nettype none

module hwgen_saturate #(
    parameter IN_W  = 8,
    parameter OUT_W = 4
) (
    input  wire signed [IN_W-1:0]  in,
    output wire signed [OUT_W-1:0] out
);

    generate
        if (IN_W > OUT_W) begin : g_saturate
            wire fits = in[IN_W-1:OUT_W-1] == {(IN_W-OUT_W+1){in[IN_W-1]}};
            assign out = fits ? in[OUT_W-1:0] : {in[IN_W-1], {(OUT_W-1){~in[IN_W-1]}}};
        end else if (IN_W == OUT_W) begin : g_pass
            assign out = in;
        end else begin : g_extend
            assign out = {{(OUT_W-IN_W){in[IN_W-1]}}, in};
        end
    endgenerate

endmodule

`default_nettype wire
