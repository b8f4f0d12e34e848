using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RabbitMQ.Client;

namespace ActorTrade.Cluster.RabbitMq;

/// <summary>The files, in PEM form, by which a process and its broker know each other.</summary>
public sealed record BrokerTlsOptions
{
    /// <summary>The only authority trusted for the broker's certificate, directly or through others.</summary>
    public required string RootCertificate { get; init; }

    /// <summary>This process's certificate; its common name is the user at the broker.</summary>
    public required string Certificate { get; init; }

    /// <summary>The certificate's key, PKCS #8 without a passphrase.</summary>
    public required string Key { get; init; }

    /// <summary>Revocation lists of the root and of every authority below it. With it, a broker whose certificate is
    /// revoked, or whose list is missing or has run out, is refused; null for no such check.</summary>
    public string? RevocationLists { get; init; }

    /// <summary>The host that must stand in the broker's certificate; null for the one that is connected to.</summary>
    public string? ServerName { get; init; }
}

/// <summary>
/// Mutual TLS with the broker: our certificate is the sign-in (SASL EXTERNAL), the broker's must come from the given
/// root and from nowhere else, whatever authorities the system trusts.
/// </summary>
public static class BrokerTls
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>Makes connections of the factory use TLS 1.3 and the certificate. To be called after its address was
    /// set, and for each attempt to connect if renewed files should count without a restart.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="CryptographicException">A file does not hold what it should.</exception>
    public static void Apply(ConnectionFactory factory, BrokerTlsOptions options, TimeProvider time)
    {
        // Opened here too, so that a wrong path is told when connecting and not as a refused certificate.
        var root = X509Certificate2.CreateFromPem(File.ReadAllText(options.RootCertificate));
        if (options.RevocationLists is { } path)
        {
            RevocationLists.Read(path);
        }

        factory.AuthMechanisms = [new ExternalMechanismFactory()];
        factory.Ssl = new SslOption
        {
            Enabled = true,
            ServerName = options.ServerName ?? factory.HostName,
            Version = SslProtocols.Tls13,
            Certs = [ClientCertificate(options)],
            CertificateSelectionCallback = static (_, _, own, _, _) => own[0],
            CertificateValidationCallback = (_, certificate, chain, errors) =>
            {
                Check(certificate as X509Certificate2, chain, errors, root, options, time);
                return true;
            },
        };
    }

    // The key must have been through PKCS #12 once: what comes straight out of a PEM file is not usable by TLS
    // everywhere.
    private static X509Certificate2 ClientCertificate(BrokerTlsOptions options)
    {
        using var pem = X509Certificate2.CreateFromPemFile(options.Certificate, options.Key);
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pfx), password: null);
    }

    // Throws rather than says no, so that the log tells why.
    private static void Check(
        X509Certificate2? certificate,
        X509Chain? sent,
        SslPolicyErrors errors,
        X509Certificate2 root,
        BrokerTlsOptions options,
        TimeProvider time)
    {
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            throw new AuthenticationException("The broker sent no certificate.");
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            throw new AuthenticationException(
                $"The broker's certificate ({certificate.Subject}) is not for the host that was connected to.");
        }

        using var chain = ChainTo(root, sent, time);
        if (!chain.Build(certificate))
        {
            var reasons = string.Join("; ", chain.ChainStatus.Select(s => s.StatusInformation.Trim()));
            throw new AuthenticationException(
                $"The broker's certificate ({certificate.Subject}) is refused: {reasons}");
        }

        if (options.RevocationLists is { } path)
        {
            RevocationLists.Read(path).Check(
                chain.ChainElements.Select(e => e.Certificate).SkipLast(1), time.GetUtcNow());
        }
    }

    private static X509Chain ChainTo(X509Certificate2 root, X509Chain? sent, TimeProvider time)
    {
        var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(root);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = time.GetUtcNow().UtcDateTime;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        if (sent is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        }

        return chain;
    }
}
