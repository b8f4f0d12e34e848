using ActorTrade.TestChains;

namespace ActorTrade.IntegrationTests.Chains;

public sealed class DeploymentsTests
{
    private const string File = """
        {
          "schema": 1, "chainId": 31337, "block": 7,
          "contracts": { "WETH": { "address": "0xaa", "block": 1 } },
          "tokens": { "WETH": { "address": "0xaa", "decimals": 18 } },
          "pools": [
            { "name": "p", "venue": "UniswapV3", "kind": "concentrated", "address": "0xbb", "block": 3,
              "tokens": ["WETH", "USDC"], "feePips": 500, "tickSpacing": 10 }
          ],
          "roles": { "Treasury": { "OPERATOR_ROLE": ["Safe"] } }
        }
        """;

    [Fact]
    public void File_is_read()
    {
        var deployments = Deployments.Parse(File);

        Assert.Equal((31337, 7), (deployments.ChainId, deployments.Block));
        Assert.Equal("0xaa", deployments.AddressOf("WETH"));
        Assert.Equal(new DeployedToken("WETH", "0xaa", 18), deployments.Tokens["WETH"]);
        var pool = deployments.Pool("p");
        Assert.Equal(("UniswapV3", "concentrated", 500, 10), (pool.Venue, pool.Kind, pool.FeePips, pool.TickSpacing));
        Assert.Equal(["WETH", "USDC"], pool.Tokens);
        Assert.Null(pool.PoolId);
    }

    [Theory]
    [InlineData("\"schema\": 1", "\"schema\": 2", "schema")]
    [InlineData("\"feePips\"", "\"fee\"", "schema 1")]
    [InlineData("\"decimals\": 18", "\"decimals\": \"18\"", "schema 1")]
    [InlineData("{", "[", "schema 1")]
    public void File_of_another_form_is_refused(string what, string by, string reason)
    {
        var changed = File.Replace(what, by, StringComparison.Ordinal);
        var fault = Assert.Throws<FormatException>(() => Deployments.Parse(changed));

        Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
    }
}
