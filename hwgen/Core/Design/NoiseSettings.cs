namespace HwGen.Core.Design;

/// <summary>Gaussian noise on weights, with a trained scale for each output channel.</summary>
/// <param name="Scale">α at first, in standard deviations of the layer's weights.</param>
/// <param name="IsTrained">Whether α is trained with the weights.</param>
/// <remarks>Source: He, Rakin, Fan, Parametric Noise Injection, CVPR 2019; Rakin et al., RSR, arXiv:1905.13074.</remarks>
public sealed record NoiseSettings(double Scale, bool IsTrained);
