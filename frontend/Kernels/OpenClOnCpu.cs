using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime.OpenCL;

namespace HwGen.Frontend.Kernels;

/// <summary>What ILGPU 1.5.3 needs before it runs on PoCL, the OpenCL of Debian on the CPU.</summary>
internal static class OpenClOnCpu
{
    private static readonly Lock Gate = new();
    private static bool _prepared;

    /// <summary>Lets ILGPU find Debian's runtime, which has libOpenCL.so.1 but no libOpenCL.so; once a process.</summary>
    public static void Prepare()
    {
        lock (Gate)
        {
            if (_prepared) return;
            _prepared = true;
            NativeLibrary.SetDllImportResolver(typeof(Context).Assembly, Resolve);
        }
    }

    /// <summary>ILGPU asks for generic address spaces, which PoCL 3.1 lacks and these kernels don't use.</summary>
    public static void Allow(CLDevice device)
    {
        if (!device.Capabilities.GenericAddressSpace) SetGenericAddressSpace(device.Capabilities, true);
    }

    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        name == "OpenCL" && NativeLibrary.TryLoad("libOpenCL.so.1", out var handle) ? handle : IntPtr.Zero;

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_GenericAddressSpace")]
    private static extern void SetGenericAddressSpace(CLCapabilityContext capabilities, bool value);
}
