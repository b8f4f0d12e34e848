using System.Net.Http.Headers;
using System.Net.Http.Json;
using ActorTrade.Cluster.Operation;
using ActorTrade.Cluster.Sharding;
using ActorTrade.Configuration;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Tokens;
using ActorTrade.Domain.Trades;
using ActorTrade.EventSourcing;
using ActorTrade.Lighthouse;
using ActorTrade.Lighthouse.Cluster;
using ActorTrade.Operator;

namespace ActorTrade.IntegrationTests.Operation;

/// <summary><c>pools list</c> and <c>pools tokens</c> over pools of the house and those of a file.</summary>
public sealed class PoolsPaletteTests : IAsyncLifetime
{
    private const string Catalogue =
        "dex,chain,chain_id,protocol_family,factory_or_vault,create2_deployer_if_different,init_code_hash,"
        + "fee_or_fee_tiers,verified_offline,notes,sources\nUniswap V2,Ethereum,1,v2-like,0x5C69,,,0.30%,,,npm:x\n";

    // 2,000 dollars of 0xaa and 1 of 0xbb; in a pool of its own, another token that is called BTC.
    private const string Pools =
        """
        {"pools":[
        {"id":"listed","chainId":1,"kind":"constant-product","dex":"Uniswap V2","updatedAt":"2024-01-05T00:00:00Z",
         "tokens":[{"address":"0xaa","symbol":"USDC","decimals":6},{"address":"0xbb","symbol":"WETH","decimals":18}],
         "reserves":["2000000000","1000000000000000000"],"fee":{"numerator":3,"denominator":1000}},
        {"id":"lonely","chainId":10,"kind":"constant-product",
         "tokens":[{"address":"0x1","symbol":"BTC","decimals":8},{"address":"0x2","symbol":"X","decimals":8}],
         "reserves":["5","7"],"fee":{"numerator":3,"denominator":1000}},
        {"id":"broken","chainId":1,"kind":"constant-product","tokens":[],"reserves":[]}
        ]}
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("actortrade-pools-").FullName;
    private Endpoint _endpoint = null!;

    public async ValueTask InitializeAsync()
    {
        var (pools, catalogue) = (Path.Combine(_folder, "pools.json"), Path.Combine(_folder, "catalogue.csv"));
        await File.WriteAllTextAsync(pools, Pools);
        await File.WriteAllTextAsync(catalogue, Catalogue);
        var directory = new PoolDirectory(new RegistrySection(pools, catalogue, "0:USD 1:0xAA=1", PriceDepthMin: 0));
        _endpoint = await Endpoint.StartAsync(change: services => services with { Pools = directory });
        await DoAsync(Token.IdOf(TokenId.Parse("BTC")), new Token.Command.Register("BTC", new TokenDecimals(8)));
        await DoAsync(Token.IdOf(TokenId.Parse("USD")), new Token.Command.Register("USD", new TokenDecimals(6)));
        await PoolAsync("BTC-USD", 2, 100_000);
        await PoolAsync("EMPTY", 0, 0);
        _endpoint.Cluster.Answer(
            NodeQuestions.Rows, (_, _) => new RowsAnswer(["pool_id"], [["BTC-USD"], ["EMPTY"]], 0));
    }

    public async ValueTask DisposeAsync()
    {
        await _endpoint.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Pools_of_the_house_and_of_the_file_are_listed_by_their_worth()
    {
        var result = await RunAsync("list");

        var rows = Rows(result);
        Assert.Equal(["BTC-USD", "listed", "EMPTY", "lonely"], rows.Select(r => r[0]));
        Assert.Equal(
            ["BTC-USD", "house", "house", "constant-product", "2 BTC + 100000 USD", "200,000.00", "0", "0", "0"],
            rows[0]);
        Assert.Equal(
            ["listed", "Ethereum", "Uniswap V2", "constant-product", "2000 USDC + 1 WETH", "4,000.00"], rows[1][..6]);
        Assert.Equal(("0.00", "unknown", "10"), (rows[2][5], rows[3][5], rows[3][1]));
        Assert.Contains("1 pools of the file are not usable", result.Blocks[^1].Lines[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tvl-min", "4000", "BTC-USD listed")]
    [InlineData("tvl-min", "4000.01", "BTC-USD")]
    [InlineData("chain", "ethereum", "listed")]
    [InlineData("chain", "10", "lonely")]
    [InlineData("chain", "house", "BTC-USD EMPTY")]
    [InlineData("dex", "uniswap v2", "listed")]
    [InlineData("kind", "constant-product", "BTC-USD listed EMPTY lonely")]
    [InlineData("token", "btc", "BTC-USD EMPTY lonely")]
    [InlineData("token", "0xBB", "listed")]
    [InlineData("max-age", "1h", "BTC-USD EMPTY lonely")]
    [InlineData("max-age", "9000.00:00:00", "BTC-USD listed EMPTY lonely")]
    public async Task Options_leave_what_they_name(string option, string value, string pools) =>
        Assert.Equal(pools.Split(' '), Rows(await RunAsync("list", (option, value))).Select(r => r[0]));

    [Fact]
    public async Task A_pool_of_the_house_with_another_curve_is_listed_as_that()
    {
        var id = PoolId.Parse("VOLATILE");
        await DoAsync(Pool.IdOf(id), new Pool.Command.CreateCurve(
            [TokenId.Parse("BTC"), TokenId.Parse("USD")],
            new CurveTerms.SolidlyVolatile(new FeePips(500)),
            new FeePips(100)));
        await AddAsync(id, 1, 50_000);
        _endpoint.Cluster.Answer(NodeQuestions.Rows, (_, _) => new RowsAnswer(["pool_id"], [["VOLATILE"]], 0));

        var row = Assert.Single(Rows(await RunAsync("list", ("kind", "solidly-volatile"))));

        Assert.Equal(["VOLATILE", "house", "house", "solidly-volatile", "1 BTC + 50000 USD", "100,000.00"], row[..6]);
    }

    [Fact]
    public async Task Nothing_found_and_nonsense_are_said()
    {
        var none = await RunAsync("list", ("kind", "concentrated"));
        Assert.Contains("None of 4 pools", none.Blocks[0].Lines[0], StringComparison.Ordinal);
        foreach (var (option, value) in new[] { ("tvl-min", "much"), ("max-age", "5x"), ("chain", "Atlantis") })
        {
            Assert.Equal($"{option}-malformed", await RefusalAsync("list", (option, value)));
        }

        await File.WriteAllTextAsync(Path.Combine(_folder, "pools.json"), "{");
        Assert.Equal("registry-file-unreadable", await RefusalAsync("list"));
    }

    [Fact]
    public async Task A_pool_of_any_kind_is_created_and_shown()
    {
        (string, string)[] With(string kind, string parameters, string token1 = "USD") =>
        [
            ("pool", "BTC-USD.w"), ("token0", "BTC"), ("token1", token1), ("kind", kind), ("parameters", parameters),
        ];
        const string Weights = "weightsE18=800000000000000000,200000000000000000;swapFeeE18=3000000000000000";
        await RunAsync("create", With("balancer-weighted", Weights));
        await RunAsync("create", With("balancer-weighted", Weights));
        var facts = (await RunAsync("show", ("pool", "BTC-USD.w"))).Blocks[0].Facts;
        Assert.StartsWith("balancer-weighted weights=8", facts[1].Value, StringComparison.Ordinal);
        Assert.Equal("pool-already-created", await RefusalAsync("create", With("solidly-volatile", "feePips=1")));
        Assert.Equal("invalid-curve", await RefusalAsync("create", With("curvy", "feePips=1")));
        Assert.Equal("invalid-curve", await RefusalAsync("create", With("solidly-stable", "feePips=1;feeE10=2")));
        Assert.Equal("invalid-curve", await RefusalAsync("create", With("stableswap-classic", "feeE10=2")));
        Assert.Equal("parameters-malformed", await RefusalAsync("create", With("solidly-stable", "feePips")));
        Assert.Equal("token-not-registered", await RefusalAsync("create", With("solidly-stable", "feePips=1", "XYZ")));
    }

    [Fact]
    public async Task Tokens_are_priced_and_twins_told_apart()
    {
        var rows = Rows(await RunAsync("tokens"));
        Assert.Equal(["BTC", "USD", "USDC", "WETH", "BTC", "X"], rows.Select(r => r[0]));
        Assert.Equal(["BTC", "house", "btc", "8", "50000", "100,000.00", "BTC-USD", "2"], rows[0]);
        Assert.Equal(("1", "reference"), (rows[1][4], rows[1][6]));
        Assert.Equal(("2000", "unknown"), (rows[3][4], rows[5][4]));

        var twins = Rows(await RunAsync("tokens", ("twins", "true")));
        Assert.Equal(["btc", "0x1"], twins.Select(r => r[2]));
    }

    [Theory]
    [InlineData("0:USD", 1)]
    [InlineData("0:USD=1 1:0xAA=0.5", 2)]
    [InlineData("", 0)]
    [InlineData("USD", null)]
    [InlineData("0:USD=0", null)]
    [InlineData("0:=1", null)]
    [InlineData("x:USD", null)]
    public void References_are_tokens_with_a_worth(string text, int? count)
    {
        if (count is { } expected)
        {
            Assert.Equal(expected, PoolDirectory.ReadReferences(text).Count);
        }
        else
        {
            Assert.Throws<ConfigurationException>(() => PoolDirectory.ReadReferences(text));
        }
    }

    private static List<string[]> Rows(CommandResult result) =>
        [.. result.Blocks[0].Rows.Select(r => r.Cells.Select(c => c.Text).ToArray())];

    private async Task PoolAsync(string id, uint btc, uint usd)
    {
        var (pool, one, other) = (PoolId.Parse(id), TokenId.Parse("BTC"), TokenId.Parse("USD"));
        await DoAsync(Pool.IdOf(pool), new Pool.Command.Create(one, other, new FeePips(2_500), new FeePips(500)));
        if (btc > 0)
        {
            await AddAsync(pool, btc, usd);
        }
    }

    private Task AddAsync(PoolId pool, uint btc, uint usd) => DoAsync(Pool.IdOf(pool), new Pool.Command.AddLiquidity(
        Guid.NewGuid(),
        AccountId.Parse("alice"),
        new TokenAmount(TokenId.Parse("BTC"), btc * Units.PowerOfTen(8)),
        new TokenAmount(TokenId.Parse("USD"), usd * Units.PowerOfTen(6)),
        UInt256.One,
        TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(1)));

    private async Task DoAsync(EntityId entity, ICommand command)
    {
        var time = TimeProvider.System;
        var header = new CommandHeader(
            Guid.NewGuid(), CommandContext.Self, time.GetUtcNow() + TimeSpan.FromMinutes(1));
        var answer = await _endpoint.Cluster.Entities.AskAsync(entity, command, header, TimeSpan.FromSeconds(5), time);
        Assert.IsType<Answer.Accepted>(answer);
    }

    private async Task<CommandResult> RunAsync(string command, params (string Name, string Value)[] values)
    {
        using var response = await SendAsync(command, values);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<CommandResult>(OperatorProtocol.Json))!;
    }

    private async Task<string> RefusalAsync(string command, params (string Name, string Value)[] values)
    {
        using var response = await SendAsync(command, values);
        Assert.False(response.IsSuccessStatusCode);
        return (await response.Content.ReadFromJsonAsync<OperatorError>(OperatorProtocol.Json))!.Code;
    }

    private async Task<HttpResponseMessage> SendAsync(string command, (string Name, string Value)[] values)
    {
        using var client = new HttpClient { BaseAddress = _endpoint.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Endpoint.Alice);
        var request = new RunRequest
        {
            Palette = "pools",
            Command = command,
            Values = values.ToDictionary(v => v.Name, v => v.Value),
        };
        return await client.PostAsJsonAsync("/run", request, OperatorProtocol.Json);
    }
}
