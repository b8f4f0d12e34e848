namespace ActorTrade.Gateway.Operation;

/// <summary>
/// The page at <c>/</c>: one document without assets, which asks <c>/api/status</c> every second. It lies beside this
/// file; the dashboard is another program.
/// </summary>
internal static class StatusPage
{
    private const string Resource = "ActorTrade.Gateway.Operation.StatusPage.html";

    public static string Html { get; } = Read();

    private static string Read()
    {
        using var stream = typeof(StatusPage).Assembly.GetManifestResourceStream(Resource)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
