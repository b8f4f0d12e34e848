using System.Globalization;
using System.Net;
using ActorTrade.Cluster.Sharding;
using ActorTrade.Domain.Accounts;
using ActorTrade.Domain.Numerics;
using ActorTrade.Domain.Pools;
using ActorTrade.Domain.Tokens;
using ActorTrade.EventSourcing;
using ActorTrade.IntegrationTests.RecordedData;

namespace ActorTrade.IntegrationTests.Gateway;

/// <summary>The tables say what the entities say, also where a crash put them back behind the journal.</summary>
public sealed class TablesTests
{
    private static readonly string[] Accounts = ["t-1", "t-2", "t-3"];
    private static readonly string[] Tokens = ["USD", "BTC", "EUR", "ETH"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Tables_equal_the_entities_after_random_activity_and_an_older_copy_catches_up_exactly_once(
        int seed)
    {
        using var folder = new TemporaryFolder();
        var random = new Random(seed);
        var copies = new List<string>();
        await using (var node = await RunningNode.StartAsync(folder.Root))
        {
            foreach (var account in Accounts)
            {
                await node.OpenAsync(account, ("USD", "5000"), ("BTC", "1"), ("EUR", "5000"));
            }

            for (var round = 0; round < 3; round++)
            {
                await ActAsync(node, random, round);
                await CompareAsync(node);
                copies.Add(Copy(folder.Root, round));
            }
        }

        // Each copy is what a crash between two of the tables' commits leaves.
        foreach (var copy in copies)
        {
            foreach (var old in Directory.GetFiles(folder.Root, "readmodel.db*"))
            {
                File.Delete(old);
            }

            foreach (var file in Directory.GetFiles(copy))
            {
                File.Copy(file, Path.Combine(folder.Root, Path.GetFileName(file)), overwrite: true);
            }

            await using var node = await RunningNode.StartAsync(folder.Root);
            await CompareAsync(node);
        }
    }

    [Fact]
    public async Task The_audit_log_says_who_did_what()
    {
        using var folder = new TemporaryFolder();
        await using var node = await RunningNode.StartAsync(folder.Root);
        (await node.PostAsync("/api/system", """{"action":"Pause","why":"lunch"}""", principal: "ann")).Expect(
            HttpStatusCode.OK);
        await node.Host.Tables!.WaitForAsync(node.Host.Journal.LastOrdering);
        var row = node.Host.Tables.Query(
            "select * from audit_log where user_identifier = 'ann' order by ordering desc limit 1").Single();
        Assert.Equal(
            ("change-mode", "system", "main", "Active", "Paused: lunch"),
            (row["action"], row["entity_type"], row["entity_id"], row["old_value"], row["new_value"]));
    }

    private static string Copy(string directory, int round)
    {
        // Copied while it is in use, like what a crash leaves: the file and its log.
        var copy = Path.Combine(directory, $"copy-{round}");
        Directory.CreateDirectory(copy);
        foreach (
            var file in Directory.GetFiles(directory, "readmodel.db*").Where(
                f => !f.EndsWith("-shm", StringComparison.Ordinal)))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        return copy;
    }

    private static async Task ActAsync(RunningNode node, Random random, int round)
    {
        var requests = Enumerable.Range(0, 40).Select(i =>
        {
            var account = Accounts[random.Next(Accounts.Length)];
            var amount = (random.Next(1, 30_000) / 10m).ToString(CultureInfo.InvariantCulture);
            var to = Accounts[random.Next(Accounts.Length)];
            var (path, body) = random.Next(5) switch
            {
                0 => ($"accounts/{account}/withdrawals", $$"""{"token":"USD","amount":"{{amount}}"}"""),
                1 => ($"accounts/{account}/transfers", $$"""{"to":"{{to}}","token":"EUR","amount":"{{amount}}"}"""),
                2 => (
                    "pools/BTC-USD/liquidity/add",
                    $$"""{"account":"{{account}}","maxAmount0":"0.05","maxAmount1":"{{amount}}"}"""),
                3 => ("swaps", SwapOf(account, "EUR", amount, least: "1000")),
                _ => ("swaps", SwapOf(account, "BTC", amount, least: "0.00000001")),
            };
            return node.PostAsync("/api/" + path, body, $"{round} {i}");
        });
        var replies = await Task.WhenAll(requests);
        Assert.Contains(replies, r => r.Status == HttpStatusCode.OK);
        Assert.Contains(replies, r => r.Status == HttpStatusCode.UnprocessableEntity);
        Assert.DoesNotContain(replies, r => (int)r.Status >= 500);
    }

    private static string SwapOf(string account, string token, string amount, string least) =>
        $$"""
        {"account":"{{account}}","pool":"{{token}}-USD","tokenIn":"{{(token == "EUR" ? "EUR" : "USD")}}",
         "amountIn":"{{amount}}","minAmountOut":"{{least}}"}
        """;

    private static async Task CompareAsync(RunningNode node)
    {
        await node.Host.Tables!.WaitForAsync(node.Host.Journal.LastOrdering);
        foreach (var account in Accounts.Append("house"))
        {
            var view = await ViewAsync<AccountView>(node, Account.IdOf(AccountId.Parse(account)));
            var rows = Rows(
                node, "select token_id, available, held from balances where account_id = ?1", account);
            Assert.Equal(
                view.Balances.Select(b => $"{b.Token} {b.Available} {b.Held}").Order(StringComparer.Ordinal), rows);
        }

        foreach (var pool in new[] { "BTC-USD", "EUR-USD" })
        {
            var view = await ViewAsync<PoolView>(node, Pool.IdOf(PoolId.Parse(pool)));
            Assert.Equal(
                new[]
                {
                    $"{view.Token0} {view.Reserve0} {view.TreasuryFees0}",
                    $"{view.Token1} {view.Reserve1} {view.TreasuryFees1}",
                }
                    .Order(StringComparer.Ordinal),
                Rows(node, "select token_id, reserve, treasury_fees from pool_reserves where pool_id = ?1", pool));
            Assert.Equal(
                view.TotalShares.ToString(),
                node.Host.Tables.Query(
                    "select total_shares from pools where pool_id = ?1", pool).Single()["total_shares"]);
        }

        foreach (var token in Tokens)
        {
            var view = await ViewAsync<TokenView>(node, Token.IdOf(TokenId.Parse(token)));
            Assert.Equal(
                [$"{view.Minted} {view.Burned}"], Rows(
                    node, "select minted, burned from tokens where token_id = ?1", token));
        }

        var pending = node.Host.Tables.Query(
            "select count(*) as n from transactions where status = 'pending'").Single()["n"];
        Assert.Equal(0L, pending);
    }

    private static IEnumerable<string> Rows(RunningNode node, string sql, string parameter) =>
        node.Host.Tables!.Query(sql, parameter).Select(r => string.Join(' ', r.Values)).Order(StringComparer.Ordinal);

    private static async Task<TView> ViewAsync<TView>(RunningNode node, EntityId entity) =>
        (TView)(
            (Answer.Viewed)await node.Host.Door.QueryAsync(entity, TimeSpan.FromSeconds(5), TimeProvider.System)).View;
}
