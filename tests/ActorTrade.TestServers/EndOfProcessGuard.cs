using System.Diagnostics;

namespace ActorTrade.TestServers;

/// <summary>
/// A small process that ends a server and removes its folder when its standard input closes: when it is told to, and
/// also when the test program was killed and could tell nobody.
/// </summary>
internal sealed class EndOfProcessGuard
{
    private const string Command = """
        cat > /dev/null
        "$1" kill "$2" > /dev/null 2>&1
        rm -rf "$2"
        """;

    private readonly Process _process;

    public EndOfProcessGuard(string script, string folder) =>
        // In a session of its own, so that Ctrl-C reaches the tests and not their guard.
        _process = Process.Start(
            new ProcessStartInfo("setsid", ["sh", "-c", Command, "guard", ServerScript.PathOf(script), folder])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;

    public async Task EndAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
    }
}
