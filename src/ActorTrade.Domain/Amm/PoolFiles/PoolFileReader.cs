using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Amm.PoolFiles;

/// <summary>
/// Reads pool files. Strict about what it knows: a known field that is missing, ill-typed, out of range or there twice
/// is a fault of its pool, and so is a kind that is not known. Tolerant of what it does not know: further fields are
/// ignored, so that files of other tools and notes of people can be used, unless one nearly has the name of a known
/// field that is missing.
/// </summary>
internal static class PoolFileReader
{
    /// <summary>Beyond this many pools a file is refused.</summary>
    public const int PoolsMax = 1_000_000;

    public const int TokensMax = 8;

    /// <summary>The chain of the cluster's own tokens and pools.</summary>
    public const long HouseChain = 0;

    private const int IdLengthMax = 256;
    private const int HexDigitsMax = 40;

    /// <summary>The fields that pools of every kind have.</summary>
    public static readonly ImmutableArray<PoolField> OfEveryPool =
    [
        PoolField.Required("id"), PoolField.Required("chainId"), PoolField.Required("kind"),
        PoolField.Required("tokens"), PoolField.Optional("dex"), PoolField.Optional("updatedAt"),
    ];

    public static readonly ImmutableArray<PoolField> OfEveryToken =
    [
        PoolField.Required("address"), PoolField.Required("symbol"), PoolField.Required("decimals"),
        PoolField.Optional("transferFeePips"),
    ];

    private static readonly JsonDocumentOptions OneOfEachName = new() { AllowDuplicateProperties = false };

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    public static PoolFile Read(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Span.StartsWith(ByteOrderMark))
        {
            utf8 = utf8[ByteOrderMark.Length..];
        }

        try
        {
            return ReadPools(utf8);
        }
        catch (JsonException e)
        {
            throw new PoolFileException($"This is not JSON, or not as JSON should be: {e.Message}");
        }
    }

    private static PoolFile ReadPools(ReadOnlyMemory<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8.Span);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new PoolFileException("A pool file is a JSON object: {\"pools\":[…]}.");
        }

        var pools = new Gathered();
        var seen = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isPools = reader.ValueTextEquals("pools"u8);
            reader.Read();
            if (!isPools)
            {
                reader.Skip();
                continue;
            }

            if (seen || reader.TokenType != JsonTokenType.StartArray)
            {
                throw new PoolFileException(
                    seen ? "The file has \"pools\" twice; put all pools into one list." : "\"pools\" must be a list.");
            }

            seen = true;
            ReadList(utf8, ref reader, pools);
        }

        while (reader.Read())
        {
            // Text after the object's end is an error of the file, which the reader throws.
        }

        return seen ? pools.ToFile() : throw new PoolFileException("The file has no \"pools\".");
    }

    private static void ReadList(ReadOnlyMemory<byte> utf8, ref Utf8JsonReader reader, Gathered pools)
    {
        for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            if (index >= PoolsMax)
            {
                throw new PoolFileException($"The file has more than {PoolsMax:N0} pools; split it.");
            }

            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            pools.Add(index, utf8[start..(int)reader.BytesConsumed]);
        }
    }

    private static FiledPool ReadPool(JsonElement json, string id)
    {
        var fields = PoolFields.ObjectOf(json, "", OfEveryPool);
        var name = fields.Text("kind");
        var kind = PoolKinds.Find(name) ?? throw new PoolFaultException(
            "kind",
            PoolFaultCodes.UnknownKind,
            $"it is '{name}'; known are {string.Join(", ", PoolKinds.All.Select(k => k.Name))}.");
        var chainId = fields.Long("chainId", 0, long.MaxValue - 1);
        var tokens = ReadTokens(fields.List("tokens"), chainId);
        var dex = fields.TextOrNull("dex");
        DateTimeOffset? updatedAt = fields.TextOrNull("updatedAt") is { } text ? ReadInstant(text) : null;
        var curve = kind.Read(PoolFields.ObjectOf(json, "", kind.Fields), tokens);
        return new FiledPool(new ListedPool(id, chainId, tokens, curve, dex), updatedAt);
    }

    private static ImmutableArray<ListedToken> ReadTokens(JsonElement list, long chainId)
    {
        var count = list.GetArrayLength();
        if (count is < 2 or > TokensMax)
        {
            throw new PoolFaultException(
                "tokens", PoolFaultCodes.WrongLength, $"it has {count} tokens; a pool has 2 to {TokensMax}.");
        }

        var tokens = ImmutableArray.CreateBuilder<ListedToken>(count);
        foreach (var one in list.EnumerateArray())
        {
            var token = ReadToken(one, $"tokens[{tokens.Count}]", chainId);
            if (tokens.Contains(token))
            {
                throw new PoolFaultException(
                    $"tokens[{tokens.Count}].address",
                    PoolFaultCodes.DuplicateToken,
                    $"it is {token.Address}, as tokens[{tokens.IndexOf(token)}] has it; each token is named once.");
            }

            tokens.Add(token);
        }

        return tokens.MoveToImmutable();
    }

    private static ListedToken ReadToken(JsonElement json, string path, long chainId)
    {
        var fields = PoolFields.ObjectOf(json, path, OfEveryToken);
        var address = fields.Text("address");
        if (!IsAddress(address, chainId))
        {
            throw new PoolFaultException(
                $"{path}.address",
                PoolFaultCodes.MalformedAddress,
                $"it is '{address}'; an address is 0x and 1 to {HexDigitsMax} hexadecimal digits (of chain 0, the "
                    + "cluster's own tokens, also a token's id).");
        }

        return new ListedToken(
            chainId,
            address,
            fields.Text("symbol"),
            new TokenDecimals(fields.Whole("decimals", 0, TokenDecimals.Max)),
            new FeePips(fields.WholeOrNull("transferFeePips", 0, FeePips.One - 1) ?? 0));
    }

    /// <summary>Whether a text can be the address of a token.</summary>
    private static bool IsAddress(string text, long chainId)
    {
        var digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text.AsSpan(2) : default;
        var isHex = digits.Length is > 0 and <= HexDigitsMax;
        foreach (var c in digits)
        {
            isHex &= char.IsAsciiHexDigit(c);
        }

        return isHex || (chainId == HouseChain && TokenId.TryParse(text, out _));
    }

    private static DateTimeOffset ReadInstant(string text) =>
        DateTimeOffset.TryParse(
            text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var at)
            ? at
            : throw new PoolFaultException(
                "updatedAt",
                PoolFaultCodes.OutOfRange,
                $"it is '{text}'; it must be an instant as in 2024-01-05T00:00:23Z.");

    /// <summary>What was read so far.</summary>
    private sealed class Gathered
    {
        private readonly ImmutableArray<FiledPool>.Builder _pools = ImmutableArray.CreateBuilder<FiledPool>();
        private readonly ImmutableArray<PoolFault>.Builder _faults = ImmutableArray.CreateBuilder<PoolFault>();
        private readonly Dictionary<string, int> _indexById = new(StringComparer.Ordinal);

        public PoolFile ToFile() => new(_pools.DrainToImmutable(), _faults.DrainToImmutable());

        public void Add(int index, ReadOnlyMemory<byte> utf8)
        {
            using var document = Parse(utf8, out var repeated);
            var json = document.RootElement;
            var id = IdOrNull(json);
            try
            {
                if (repeated is not null)
                {
                    throw new PoolFaultException(id is null ? "id" : "pool", PoolFaultCodes.DuplicateField, repeated);
                }

                _pools.Add(ReadPool(json, Claim(json, id, index)));
            }
            catch (PoolFaultException e)
            {
                _faults.Add(new PoolFault(index, id, e.Field, e.Code, e.Reason));
            }
            catch (InvalidCurveException e)
            {
                _faults.Add(new PoolFault(index, id, e.Field, PoolFaultCodes.InvalidState, e.Reason));
            }
        }

        // JSON leaves open which of two fields of one name counts; here neither does.
        private static JsonDocument Parse(ReadOnlyMemory<byte> utf8, out string? repeated)
        {
            try
            {
                repeated = null;
                return JsonDocument.Parse(utf8, OneOfEachName);
            }
            catch (JsonException e)
            {
                repeated = $"it has a field twice, so it is open which one counts: {e.Message}";
                return JsonDocument.Parse(utf8);
            }
        }

        private static string? IdOrNull(JsonElement json) =>
            json.ValueKind == JsonValueKind.Object && json.TryGetProperty("id", out var id)
            && id.ValueKind == JsonValueKind.String
                ? id.GetString()
                : null;

        private string Claim(JsonElement json, string? id, int index)
        {
            if (id is not { Length: > 0 and <= IdLengthMax })
            {
                var isObject = json.ValueKind == JsonValueKind.Object;
                var text = PoolFields.ObjectOf(json, isObject ? "" : "pool", OfEveryPool).Text("id");
                throw new PoolFaultException(
                    "id",
                    PoolFaultCodes.WrongLength,
                    $"it has {text.Length} characters; 1 to {IdLengthMax} are allowed.");
            }

            return _indexById.TryAdd(id, index) ? id : throw new PoolFaultException(
                "id",
                PoolFaultCodes.DuplicatePool,
                $"it is '{id}', as that of pools[{_indexById[id]}]; give every pool an id of its own.");
        }
    }
}
