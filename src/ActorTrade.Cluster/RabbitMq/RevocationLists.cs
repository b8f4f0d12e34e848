using System.Formats.Asn1;
using System.Numerics;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorTrade.Cluster.RabbitMq;

/// <summary>
/// Certificate revocation lists (RFC 5280 section 5) from a file. The platform's own check of chains can only download
/// lists, and a private authority has no server for them. The file is trusted as the root certificate beside it is, so
/// the lists' signatures are not checked.
/// </summary>
internal sealed class RevocationLists
{
    private readonly List<RevocationList> _lists = [];

    private RevocationLists()
    {
    }

    /// <summary>Reads every list in the file.</summary>
    /// <exception cref="CryptographicException">It holds no list, or a damaged one.</exception>
    public static RevocationLists Read(string path)
    {
        var lists = new RevocationLists();
        var rest = File.ReadAllText(path).AsSpan();
        while (PemEncoding.TryFind(rest, out var found))
        {
            if (rest[found.Label].SequenceEqual("X509 CRL"))
            {
                lists._lists.Add(Parse(Convert.FromBase64String(rest[found.Base64Data].ToString()), path));
            }

            rest = rest[found.Location.End..];
        }

        return lists._lists.Count > 0
            ? lists
            : throw new CryptographicException($"{path} holds no revocation list (BEGIN X509 CRL).");
    }

    /// <summary>Passes if every certificate is covered by a list of its issuer that still holds and does not name
    /// it.</summary>
    /// <exception cref="AuthenticationException">Says which certificate does not pass, and why.</exception>
    public void Check(IEnumerable<X509Certificate2> certificates, DateTimeOffset now)
    {
        foreach (var certificate in certificates)
        {
            var list = _lists.Find(l => l.Issuer.AsSpan().SequenceEqual(certificate.IssuerName.RawData))
                ?? throw new AuthenticationException($"There is no revocation list of {certificate.Issuer}.");
            if (list.NextUpdate <= now)
            {
                throw new AuthenticationException(
                    $"The revocation list of {certificate.Issuer} ran out at {list.NextUpdate:u}; publish a new one.");
            }

            if (list.Serials.Contains(Serial(certificate.SerialNumberBytes.Span)))
            {
                throw new AuthenticationException($"The certificate of {certificate.Subject} is revoked.");
            }
        }
    }

    private static RevocationList Parse(byte[] encoded, string path)
    {
        try
        {
            var body = new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence().ReadSequence();
            if (body.PeekTag().HasSameClassAndValue(Asn1Tag.Integer))
            {
                body.ReadInteger(); // version
            }

            body.ReadSequence(); // algorithm of the signature
            var issuer = body.ReadEncodedValue().ToArray();
            ReadTime(body); // this update
            var next = IsTime(body) ? ReadTime(body) : DateTimeOffset.MaxValue;
            return new RevocationList(issuer, next, ReadSerials(body));
        }
        catch (AsnContentException e)
        {
            throw new CryptographicException($"{path} holds a damaged revocation list: {e.Message}", e);
        }
    }

    private static HashSet<BigInteger> ReadSerials(AsnReader body)
    {
        var serials = new HashSet<BigInteger>();
        if (!body.HasData || !body.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence))
        {
            return serials;
        }

        var entries = body.ReadSequence();
        while (entries.HasData)
        {
            serials.Add(Serial(entries.ReadSequence().ReadIntegerBytes().Span));
        }

        return serials;
    }

    private static BigInteger Serial(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static bool IsTime(AsnReader reader) =>
        reader.HasData
        && (reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime)
            || reader.PeekTag().HasSameClassAndValue(Asn1Tag.GeneralizedTime));

    private static DateTimeOffset ReadTime(AsnReader reader) =>
        reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();

    private sealed record RevocationList(byte[] Issuer, DateTimeOffset NextUpdate, HashSet<BigInteger> Serials);
}
