using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using ActorTrade.Cluster.Operation;
using ActorTrade.Cluster.Sharding;
using ActorTrade.Configuration;
using ActorTrade.Domain.Accounts;
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
            [
                "BTC-USD", "house", "house", "constant-product", "2 BTC + 100000 USD", "200,000.00", "spot", "0", "0",
                "0",
            ],
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
    public async Task Pools_of_three_tokens_and_with_ranges_are_created_filled_shown_and_listed()
    {
        await DoAsync(Token.IdOf(TokenId.Parse("DAI")), new Token.Command.Register("DAI", new TokenDecimals(18)));
        await CreateAsync("USD.3", "BTC,USD,DAI", "-", "balancer-weighted",
            "weightsE18=400000000000000000,300000000000000000,300000000000000000;swapFeeE18=3000000000000000");
        await CreateAsync("TRI", "USD,BTC,DAI", "-", "curve-tricrypto",
            "A=1707629;gamma=11809167828997;mid_fee=3000000;out_fee=30000000;fee_gamma=500000000000000;"
            + "allowedExtraProfit=2000000000000;adjustmentStep=490000000000000;maTime=866;"
            + "price_scale=50000000000000000000000,1000000000000000000");
        await CreateAsync(
            "RANGED", "BTC", "USD", "concentrated",
            "feePips=3000;tickSpacing=60;sqrtPriceX96=1771595571142957102961017161607");
        await JoinAsync("USD.3", null, ("BTC", 8, 1), ("USD", 6, 50_000), ("DAI", 18, 50_000));
        await JoinAsync("TRI", null, ("USD", 6, 50_000), ("BTC", 8, 1), ("DAI", 18, 50_000));
        await JoinAsync("RANGED", new TickRange(60_000, 65_040), ("BTC", 8, 1), ("USD", 6, 50_000));
        _endpoint.Cluster.Answer(
            NodeQuestions.Rows, (_, _) => new RowsAnswer(["pool_id"], [["USD.3"], ["TRI"], ["RANGED"]], 0));

        var three = (await RunAsync("show", ("pool", "USD.3"))).Blocks[0].Facts;
        Assert.Equal("50000 DAI", three.Single(f => f.Name == "Reserve 2").Value);
        var ranged = await RunAsync("show", ("pool", "RANGED"));
        Assert.Equal("60000", Assert.Single(ranged.Blocks[1].Rows).Cells[0].Text);
        var rows = Rows(await RunAsync("list", ("chain", "house")));
        Assert.Equal(
            ["balancer-weighted", "curve-tricrypto"],
            rows.Where(r => r[0] is "USD.3" or "TRI").OrderByDescending(r => r[0]).Select(r => r[3]));
        Assert.Equal("concentrated", rows.Single(r => r[0] == "RANGED")[3]);
        Assert.Equal("1 BTC + 50000 USD + 50000 DAI", rows.Single(r => r[0] == "USD.3")[4]);
    }

    [Fact]
    public async Task Tokens_are_priced_and_twins_told_apart()
    {
        var rows = Rows(await RunAsync("tokens"));
        Assert.Equal(["BTC", "USD", "USDC", "WETH", "BTC", "X"], rows.Select(r => r[0]));
        Assert.Equal(["BTC", "house", "btc", "8", "50000", "100,000.00", "BTC-USD", "spot", "2"], rows[0]);
        Assert.Equal(("1", "reference"), (rows[1][4], rows[1][6]));
        Assert.Equal(("2000", "unknown"), (rows[3][4], rows[5][4]));

        var twins = Rows(await RunAsync("tokens", ("twins", "true")));
        Assert.Equal(["btc", "0x1"], twins.Select(r => r[2]));
    }

    [Fact]
    public async Task A_price_of_a_moment_changes_no_value_where_a_mean_stands()
    {
        Assert.Equal("spot", Rows(await RunAsync("list"))[0][6]);
        _endpoint.Cluster.Entities.Ahead = TimeSpan.FromMinutes(20);

        // Half of the BTC is bought: the price of the moment is fourfold.
        var (pool, usd) = (PoolId.Parse("BTC-USD"), 100_000 * Units.PowerOfTen(6));
        await DoAsync(Pool.IdOf(pool), new Pool.Command.Swap(
            Guid.NewGuid(), AccountId.Parse("mallory"), TokenId.Parse("USD"), TokenId.Parse("BTC"), usd, UInt256.One,
            TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1)));

        var btc = Rows(await RunAsync("tokens"))[0];
        Assert.InRange(double.Parse(btc[4], CultureInfo.InvariantCulture), 49_990, 50_000);
        AssertMean(btc[7], 0);
        var row = Rows(await RunAsync("list"))[0];
        AssertMean(row[6], 0);
        Assert.InRange(double.Parse(row[5], CultureInfo.InvariantCulture), 250_000, 250_100);
        Assert.Equal("spot", Rows(await RunAsync("list"))[1][6]);

        // The fourfold price has held for nine of ten minutes by now; a leap counts by a factor of 2.49 at first.
        _endpoint.Cluster.Entities.Ahead += TimeSpan.FromMinutes(9);
        btc = Rows(await RunAsync("tokens"))[0];
        Assert.InRange(double.Parse(btc[4], CultureInfo.InvariantCulture), 110_000, 120_000);
        AssertMean(btc[7], 540);
    }

    [Fact]
    public async Task An_account_is_worth_its_tokens_and_its_part_of_pools()
    {
        _endpoint.Cluster.Entities.Ahead = TimeSpan.FromMinutes(20);
        var carol = Account.IdOf(AccountId.Parse("carol"));
        await DoAsync(carol, new Account.Command.Open("carol"));
        var deadline = TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1);
        var shares = TokenId.SharesOf(PoolId.Parse("BTC-USD"));
        var view = (PoolView)((Answer.Viewed)await _endpoint.Cluster.Entities.QueryAsync(
            Pool.IdOf(PoolId.Parse("BTC-USD")), TimeSpan.FromSeconds(5), TimeProvider.System)).View;
        foreach (var (token, amount) in new[]
        {
            (TokenId.Parse("BTC"), Units.PowerOfTen(8)),
            (TokenId.Parse("USD"), 500 * Units.PowerOfTen(6)),
            (shares, UInt256.MulDivDown(view.TotalShares, 1, 4)),
            (TokenId.Parse("UNKNOWN"), UInt256.One),
        })
        {
            await DoAsync(carol, new Account.Command.Credit(Guid.NewGuid(), carol, token, amount, deadline));
        }

        await DoAsync(carol, new Account.Command.HoldFunds(
            Guid.NewGuid(), TokenId.Parse("BTC"), Units.PowerOfTen(7), deadline));

        var result = await RunAsync("accounts worth", ("account", "carol"));

        // 50,000 for the BTC, held part included, 500, and a quarter of the pool's 200,000.
        var facts = result.Blocks[0].Facts;
        Assert.InRange(double.Parse(facts[0].Value, CultureInfo.InvariantCulture), 100_480, 100_500);
        AssertMean(facts[1].Value, 1200);
        Assert.Equal("1", facts[2].Value);
        var rows = result.Blocks[1].Rows.Select(r => r.Cells.Select(c => c.Text).ToArray()).ToList();
        Assert.Contains(rows, r => r is ["USD", "500", "500.00", _]);
        Assert.Contains(rows, r => r is ["UNKNOWN", _, "unknown", ""]);
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

    // The clock goes on while the test runs.
    private static void AssertMean(string source, int age)
    {
        var told = Regex.Match(source, @"^mean, (\d+) s old, 0\.\d+$");
        Assert.True(told.Success, source);
        Assert.InRange(int.Parse(told.Groups[1].Value, CultureInfo.InvariantCulture), age, age + 50);
    }

    private Task AddAsync(PoolId pool, uint btc, uint usd) => DoAsync(Pool.IdOf(pool), new Pool.Command.AddLiquidity(
        Guid.NewGuid(),
        AccountId.Parse("alice"),
        new TokenAmount(TokenId.Parse("BTC"), btc * Units.PowerOfTen(8)),
        new TokenAmount(TokenId.Parse("USD"), usd * Units.PowerOfTen(6)),
        UInt256.One,
        TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(1)));

    private Task<CommandResult> CreateAsync(
        string pool, string token0, string token1, string kind, string parameters) => RunAsync(
        "create", ("pool", pool), ("token0", token0), ("token1", token1), ("kind", kind), ("parameters", parameters));

    private Task JoinAsync(string pool, TickRange? range, params (string Token, int Decimals, uint Whole)[] most) =>
        DoAsync(Pool.IdOf(PoolId.Parse(pool)), new Pool.Command.Join(
            Guid.NewGuid(),
            AccountId.Parse("alice"),
            [.. most.Select(m => new TokenAmount(TokenId.Parse(m.Token), m.Whole * Units.PowerOfTen(m.Decimals)))],
            false,
            range,
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
            Palette = command.Contains(' ', StringComparison.Ordinal) ? command.Split(' ')[0] : "pools",
            Command = command.Split(' ')[^1],
            Values = values.ToDictionary(v => v.Name, v => v.Value),
        };
        return await client.PostAsJsonAsync("/run", request, OperatorProtocol.Json);
    }
}
