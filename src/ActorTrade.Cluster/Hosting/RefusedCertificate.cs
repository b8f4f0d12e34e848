using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorTrade.Cluster.Hosting;

/// <summary>
/// Puts into words that a server closed a connection over our certificate. Under TLS 1.3 the client sees no more than
/// the closing; but whether our own certificate is revoked stands in the lists we have.
/// </summary>
/// <param name="Server">As a person calls it.</param>
/// <param name="Certificate">PEM file of our certificate.</param>
/// <param name="RevocationLists">PEM file; null where there is none.</param>
internal sealed record RefusedCertificate(string Server, string Certificate, string? RevocationLists)
{
    /// <summary>What is wrong, and whether it is certain that trying again is of no use; null where the failure is of
    /// another kind.</summary>
    public (string Words, bool IsFinal)? Explain(Exception failure, DateTimeOffset now)
    {
        if (!IsClosed(failure))
        {
            return null;
        }

        return Revocation(now) is { } revoked
            ? ($"{Server} refuses this process: {revoked} Have another issued, and name it in the configuration "
                + $"instead of {Certificate}.", true)
            : ($"{Server} closed the connection when it was shown {Certificate}: that is revoked, has run out, or "
                + "comes from another authority. The server's log says which.", false);
    }

    private string? Revocation(DateTimeOffset now)
    {
        try
        {
            if (RevocationLists is { } path)
            {
                using var own = X509Certificate2.CreateFromPem(File.ReadAllText(Certificate));
                RabbitMq.RevocationLists.Read(path).Check([own], now);
            }

            return null;
        }
        catch (AuthenticationException e)
        {
            return e.Message;
        }
        catch (Exception e) when (e is IOException or CryptographicException or UnauthorizedAccessException)
        {
            // What cannot be read is told where it is needed.
            return null;
        }
    }

    // Nobody listening, or a name that is not found, is no refusal.
    private static bool IsClosed(Exception failure)
    {
        var isClosed = false;
        for (var e = failure; e is not null; e = (e as AggregateException)?.InnerExceptions[0] ?? e.InnerException)
        {
            if (e is SocketException { SocketErrorCode: not (SocketError.ConnectionReset or SocketError.Shutdown) })
            {
                return false;
            }

            isClosed |= e is IOException or SocketException or AuthenticationException;
        }

        return isClosed;
    }
}
