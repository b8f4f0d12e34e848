using ActorTrade.Domain.Amm.Listing;

namespace ActorTrade.DefiTests.Listing;

public class DexCatalogueTests
{
    private const string Variable = "ACTORTRADE_TEST_DATA";

    private const string Header = "dex,chain,chain_id,protocol_family,factory_or_vault,create2_deployer_if_different,"
        + "init_code_hash,fee_or_fee_tiers,verified_offline,notes,sources\n";

    [Fact]
    public void Deployments_chains_and_kinds_are_read()
    {
        var catalogue = DexCatalogue.Parse(
            Header
            + "Uniswap V3,Ethereum,1,v3-like,0x1F98,,0xe34f,100/500 pips,,\"a, \"\"note\"\"\",npm:a ; npm:b\r\n"
            + "\n"
            + "Equalizer,Sonic,146,solidly,0xDDD,,,,,,x");

        Assert.Equal(2, catalogue.Deployments.Length);
        Assert.Equal("a, \"note\"", catalogue.Deployments[0].Notes);
        Assert.Equal(["concentrated"], catalogue.Deployments[0].Kinds);
        Assert.Equal(["solidly-stable", "solidly-volatile"], catalogue.Deployments[1].Kinds);
        Assert.Equal(146, catalogue.ChainIdOf("sonic"));
        Assert.Equal(10, catalogue.ChainIdOf("10"));
        Assert.Null(catalogue.ChainIdOf("Solana"));
        Assert.Equal(("Ethereum", "10"), (catalogue.ChainName(1), catalogue.ChainName(10)));
    }

    [Theory]
    [InlineData("dex,chain\n", 1)]
    [InlineData(Header + "A,B,1,v2-like\n", 2)]
    [InlineData(Header + "\nA,B,one,v2-like,,,,,,,\n", 3)]
    [InlineData(Header + ",B,1,v2-like,,,,,,,\n", 2)]
    [InlineData(Header + "\"A,B,1,v2-like,,,,,,,\n", 2)]
    public void A_bad_line_is_named(string text, int line) =>
        Assert.Equal(line, Assert.Throws<DexCatalogueException>(() => DexCatalogue.Parse(text)).Line);

    [Fact]
    public void The_whole_catalogue_is_read()
    {
        var path = Path();
        Assert.SkipWhen(
            path is null, $"dex-catalogue.csv is absent: set {Variable} to its folder, or put shared/data above.");

        var catalogue = DexCatalogue.Parse(File.ReadAllText(path!));

        Assert.Equal(247, catalogue.Deployments.Length);
        Assert.Equal(17, catalogue.Deployments.Select(d => d.ChainId).Distinct().Count());
        Assert.Equal(98, catalogue.Deployments.Select(d => d.Dex).Distinct().Count());
        Assert.Equal(8453, catalogue.ChainIdOf("Base"));
        Assert.True(catalogue.Deployments.Count(d => !d.Kinds.IsEmpty) > 180);
    }

    private static string? Path()
    {
        var folders = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? [named] : Above();
        return folders.Select(f => System.IO.Path.Combine(f, "dex-catalogue.csv")).FirstOrDefault(File.Exists);
    }

    private static IEnumerable<string> Above()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            yield return System.IO.Path.Combine(folder.FullName, "shared", "data");
        }
    }
}
