using System.Globalization;

namespace ActorTrade.DefiTests;

/// <summary>How many random cases a proof runs: few in every test run, all of them in make prove.</summary>
public static class ProofCases
{
    /// <summary>The environment's ACTORTRADE_PROOF_CASES where set, else <paramref name="usual"/>.</summary>
    public static int Count(int usual) =>
        Environment.GetEnvironmentVariable("ACTORTRADE_PROOF_CASES") is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : usual;
}
