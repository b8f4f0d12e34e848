namespace ActorTrade.TestServers;

/// <summary>A certificate authority for tests in a temporary folder; see <c>eng/test-authority.sh</c>.</summary>
public sealed class TestAuthority : IDisposable
{
    private const string Script = "test-authority.sh";

    private TestAuthority(string folder) => Folder = folder;

    /// <summary>What <c>--tls</c> of the servers' scripts takes; has a certificate for <c>server</c>.</summary>
    public string Folder { get; }

    public string RootCertificate => Path.Combine(Folder, "root.crt");

    public string RevocationLists => Path.Combine(Folder, "crl.pem");

    /// <summary>Makes an authority and certificates for localhost.</summary>
    public static async Task<TestAuthority> CreateAsync(params string[] names)
    {
        var authority = new TestAuthority(NewFolder());
        await authority.IssueAsync(["server", .. names]);
        return authority;
    }

    public string CertificateOf(string name) => Path.Combine(Folder, $"{name}.crt");

    public string KeyOf(string name) => Path.Combine(Folder, $"{name}.key");

    /// <summary>Makes more certificates. <c>--hosts a,b</c> in front: for these hosts.</summary>
    public Task IssueAsync(params string[] arguments) => ServerScript.RunAsync(Script, [Folder, .. arguments]);

    public Task RevokeAsync(string name) => ServerScript.RunAsync(Script, Folder, "--revoke", name);

    /// <summary>The same authority once more, which can go on differently.</summary>
    public TestAuthority Copy()
    {
        var copy = new TestAuthority(NewFolder());
        foreach (var file in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy.Folder, Path.GetRelativePath(Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return copy;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string NewFolder() => Path.Combine(Path.GetTempPath(), $"actortrade-authority-{Guid.NewGuid():N}");
}
