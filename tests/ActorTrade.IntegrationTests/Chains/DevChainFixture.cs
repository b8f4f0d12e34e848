using ActorTrade.Domain.Numerics;
using ActorTrade.TestChains;

namespace ActorTrade.IntegrationTests.Chains;

/// <summary>A dev chain for one class of tests, and a trader on it. Without Node the tests are skipped, and say
/// why.</summary>
public class DevChainFixture : IAsyncLifetime
{
    private DevChain? _devChain;
    private string? _absence;

    public EvmChain Chain => Started.Chain;

    public Deployments Deployments => Started.Deployments;

    public PoolReader Pools => new(Chain, Deployments);

    /// <summary>An account that deploys nothing and has no role.</summary>
    public string Trader => Started.Accounts[4];

    /// <summary>Who may run plans of FlashArbitrage.</summary>
    public string Executor => Started.Accounts[5];

    /// <summary>Whether the pools are wanted that our curves are compared with.</summary>
    protected virtual bool HasReferees => false;

    private DevChain Started
    {
        get
        {
            if (_absence is not null)
            {
                Assert.Skip(_absence);
            }

            return _devChain!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        _absence = DevChain.Absence();
        if (_absence is null)
        {
            _devChain = await DevChain.StartAsync(HasReferees);
        }
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_devChain is not null)
        {
            await _devChain.DisposeAsync();
        }
    }

    public string AddressOf(string contract) => Deployments.AddressOf(contract);

    /// <summary>Gives an account tokens for every trade of a test, and lets a contract take them.</summary>
    public async Task FundAsync(string owner, string symbol, string spender)
    {
        var token = Deployments.Tokens[symbol].Address;
        if (symbol == "WETH")
        {
            var ether = (UInt256)50_000 * (UInt256)1_000_000_000_000_000_000UL;
            await Chain.SendAsync(owner, token, new AbiCall("deposit()"), ether);
        }
        else
        {
            await Chain.SendAsync(owner, token, new AbiCall("mint(address,uint256)", owner, UInt256.One << 90));
        }

        await Chain.SendAsync(owner, token, new AbiCall("approve(address,uint256)", spender, UInt256.MaxValue));
    }

    public async Task<UInt256> BalanceAsync(string symbol, string owner) =>
        (await Chain.CallAsync(Deployments.Tokens[symbol].Address, new AbiCall("balanceOf(address)", owner)))[0];
}

/// <summary>A dev chain with the pools that our curves are compared with; one for all such tests.</summary>
public sealed class RefereeChainFixture : DevChainFixture
{
    protected override bool HasReferees => true;
}

/// <summary>The tests that share the chain of <see cref="RefereeChainFixture"/>, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class RefereeChain : ICollectionFixture<RefereeChainFixture>
{
    public const string Name = "referee chain";
}
