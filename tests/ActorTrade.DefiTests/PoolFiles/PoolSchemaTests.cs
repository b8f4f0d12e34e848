using System.Buffers;
using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActorTrade.Domain.Amm;
using ActorTrade.Domain.Amm.PoolFiles;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.PoolFiles;

/// <summary>docs/schema/pools.schema.json, the reader, and docs/samples/pools.json say the same.</summary>
public class PoolSchemaTests
{
    private static readonly JsonSchema Schema = new(JsonDocument.Parse(Resource("pools.schema.json")).RootElement);

    public static TheoryData<string> Kinds => [.. PoolJson.Kinds];

    [Theory, MemberData(nameof(Kinds))]
    public void Every_field_of_a_kind_is_in_the_schema_and_the_other_way_round(string kind) =>
        AssertSame(Schema.Definition(kind), PoolKinds.Find(kind)!.Fields, "kind");

    [Fact]
    public void So_is_every_field_of_pools_and_tokens_and_every_kind()
    {
        AssertSame(Schema.Definition("pool"), PoolFileReader.OfEveryPool);
        AssertSame(Schema.Definition("token"), PoolFileReader.OfEveryToken);
        AssertSame(Schema.Definition("fee"), FeeFields.All);
        Assert.Equal(
            PoolKinds.All.Select(k => $"#/$defs/{k.Name}").Order(),
            Schema.Definition("pool").GetProperty("oneOf").EnumerateArray()
                .Select(r => r.GetProperty("$ref").GetString()!).Order());
    }

    [Theory, MemberData(nameof(Kinds))]
    public void What_the_reader_takes_and_what_the_writer_writes_is_by_the_schema(string kind)
    {
        var pool = PoolJson.Of(kind);
        AssertAccepted(pool);
        var utf8 = new ArrayBufferWriter<byte>();
        PoolFileWriter.Write(utf8, PoolJson.Read(pool).Pools);
        Assert.True(Schema.Accepts(JsonDocument.Parse(utf8.WrittenMemory).RootElement));

        // Every required field, taken away, is missed by both.
        foreach (var field in PoolFileReader.OfEveryPool.Concat(PoolKinds.Find(kind)!.Fields).Where(f => f.IsRequired))
        {
            AssertRefused(PoolJson.Of(kind).With(field.Name, null), PoolFaultCodes.MissingField);
        }

        // Every field, given a form that it cannot have, is refused by both.
        foreach (var field in PoolFileReader.OfEveryPool.Concat(PoolKinds.Find(kind)!.Fields))
        {
            AssertRefused(PoolJson.Of(kind).With(field.Name, "[[true]]"), code: null);
        }
    }

    [Fact]
    public void What_moves_the_scale_of_a_tricrypto_pool_is_there_as_a_whole_or_not_at_all()
    {
        var optional = PoolKinds.Find("curve-tricrypto")!.Fields.Where(f => !f.IsRequired).ToArray();
        var bare = PoolJson.Of("curve-tricrypto");
        foreach (var field in optional)
        {
            AssertRefused(PoolJson.Of("curve-tricrypto").With(field.Name, null), PoolFaultCodes.InvalidState);
            bare.Remove(field.Name);
        }

        AssertAccepted(bare);
    }

    [Fact]
    public void The_sample_is_by_the_schema_has_every_kind_and_each_of_its_pools_quotes()
    {
        var text = Resource("pools.json");
        Assert.True(Schema.Accepts(JsonDocument.Parse(text).RootElement));

        var file = PoolFile.Read(text);

        Assert.Empty(file.Faults);
        Assert.Equal(
            PoolKinds.All.Select(k => k.Name).Order(), file.Pools.Select(p => p.Pool.Curve.Kind).Distinct().Order());
        Assert.All(file.Pools, p =>
        {
            var unit = Units.PowerOfTen(p.Pool.Tokens[0].Decimals);
            var last = p.Pool.Tokens.Length - 1;
            Assert.Equal(QuoteError.None, p.Pool.QuoteExactIn(0, last, unit, out _, out var received));
            Assert.Equal(QuoteError.None, p.Pool.QuoteExactOut(0, last, received, out _, out var sent));
            Assert.Equal((double)unit, (double)sent, (double)unit * 1e-6);
        });
    }

    private static void AssertAccepted(JsonObject pool)
    {
        Assert.True(IsBySchema(pool), pool.ToJsonString());
        Assert.Empty(PoolJson.Read(pool).Faults);
    }

    private static void AssertRefused(JsonObject pool, string? code)
    {
        Assert.False(IsBySchema(pool), pool.ToJsonString());
        var fault = Assert.Single(PoolJson.Read(pool).Faults);
        Assert.Equal(code ?? fault.Code, fault.Code);
    }

    private static bool IsBySchema(JsonObject pool) =>
        Schema.Accepts(JsonDocument.Parse($"{{\"pools\":[{pool.ToJsonString()}]}}").RootElement);

    private static void AssertSame(JsonElement schema, ImmutableArray<PoolField> fields, params string[] beside)
    {
        Assert.Equal(
            fields.Select(f => f.Name).Order(),
            schema.GetProperty("properties").EnumerateObject().Select(p => p.Name).Except(beside).Order());
        Assert.Equal(
            fields.Where(f => f.IsRequired).Select(f => f.Name).Order(),
            schema.GetProperty("required").EnumerateArray().Select(r => r.GetString()!).Order());
    }

    private static byte[] Resource(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
