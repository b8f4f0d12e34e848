using ActorTrade.Domain.Amm.Listing;
using ActorTrade.Domain.Numerics;

namespace ActorTrade.DefiTests.Listing;

public class ListedTokenTests
{
    [Fact]
    public void A_token_is_its_chain_and_address_in_any_case_and_not_its_symbol()
    {
        var usdc = new ListedToken(1, "0xA0B8", "USDC", new TokenDecimals(6));
        var again = new ListedToken(1, "0xa0b8", "usd coin", new TokenDecimals(6));
        var twin = new ListedToken(1, "0xA0B9", "USDC", new TokenDecimals(6));
        var bridged = new ListedToken(10, "0xA0B8", "USDC", new TokenDecimals(6));

        Assert.Equal(usdc, again);
        Assert.Equal(usdc.GetHashCode(), again.GetHashCode());
        Assert.NotEqual(usdc, twin);
        Assert.NotEqual(usdc, bridged);
    }
}
