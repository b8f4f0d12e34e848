using ActorTrade.Configuration;
using ActorTrade.Domain.Books;
using ActorTrade.Journal.Sqlite;
using ActorTrade.Node.Configuration;
using ActorTrade.Operator;

namespace ActorTrade.UnitTests.Configuration;

public sealed class NodeConfigurationTests
{
    [Fact]
    public void Without_sources_the_reference_holds()
    {
        var configuration = NodeConfiguration.Default;

        Assert.Equal(new NodeSection("node-1", "data"), configuration.Node);
        Assert.Equal(new HttpSection("127.0.0.1", 5080, TimeSpan.FromMinutes(15)), configuration.Http);
        Assert.Equal(CommitDurability.Full, configuration.Journal.Synchronous);
        Assert.Equal(new EntitiesSection(TimeSpan.FromMinutes(2), 2, 1_000_000), configuration.Entities);
        Assert.Equal(new MarketSection(MarketSourceKind.Simulated, 1, TimeSpan.FromSeconds(1)), configuration.Market);
        Assert.Equal(new VenueSection(10, TimeSpan.FromMilliseconds(50), 100_000m, 0), configuration.Venue);
        Assert.Equal(new BotsSection(true, 100_000m), configuration.Bots);
        Assert.Equal(SandwichProtection.Split, configuration.PoolOrders.Protection);
    }

    [Fact]
    public void A_later_source_wins()
    {
        var first = new ConfigurationFile("first",
            """{ "Http": { "Port": 1 }, "Node": { "Name": "a" }, "Market": { "Seed": 5 } }""");
        var second = new ConfigurationFile("second", """{ "Http": { "Port": 2 }, "Node": { "Name": "b" } }""");
        var both = new ConfigurationSources { Files = [first, second] };
        var withEnvironment = both with { Environment = Variables("ACTORTRADE__HTTP__PORT", "3") };
        var withSettings = withEnvironment with { Settings = ["http:port=4"] };

        Assert.Equal(2, NodeConfiguration.Load(both).Http.Port);
        Assert.Equal("b", NodeConfiguration.Load(both).Node.Name);
        Assert.Equal(5, NodeConfiguration.Load(both).Market.Seed);
        Assert.Equal(3, NodeConfiguration.Load(withEnvironment).Http.Port);
        Assert.Equal(4, NodeConfiguration.Load(withSettings).Http.Port);
        Assert.Equal("b", NodeConfiguration.Load(withSettings).Node.Name);
    }

    [Theory]
    [InlineData("Http:Prot", "Http:Port")]
    [InlineData("Htp:Port", "Http:Port")]
    [InlineData("Entities:PassivateAfterSeconds", "Entities:PassivateAfter")]
    [InlineData("Port", "Http:Port")]
    public void An_unknown_key_names_the_nearest_known_one(string key, string nearest)
    {
        var problem = Assert.Single(ProblemsOf(new ConfigurationSources { Settings = [$"{key}=1"] }));

        Assert.Equal($"Unknown option '{key}' (--set). Did you mean '{nearest}'?", problem);
    }

    [Fact]
    public void An_unknown_key_is_found_in_every_source()
    {
        var problems = ProblemsOf(new ConfigurationSources
        {
            Files = [new ConfigurationFile("my.json", """{ "Http": { "Prt": 1 } }""")],
            Environment = Variables("ACTORTRADE__HTTP__PRT", "1"),
            Settings = ["Http:Prt=1"],
        });

        Assert.Equal(3, problems.Count);
        Assert.Contains("(my.json)", problems[0], StringComparison.Ordinal);
        Assert.Contains("(environment ACTORTRADE__HTTP__PRT)", problems[1], StringComparison.Ordinal);
        Assert.Contains("(--set)", problems[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Http:Port=abc", "Http:Port is 'abc' (--set): expected a whole number from 0 to 65535 (TCP port).")]
    [InlineData("Http:Port=65536", "Http:Port is '65536' (--set): expected a whole number from 0 to 65535 (TCP port).")]
    [InlineData("Http:Port=-1", "Http:Port is '-1' (--set): expected a whole number from 0 to 65535 (TCP port).")]
    [InlineData("Http:Port=", "Http:Port is '' (--set): expected a whole number from 0 to 65535 (TCP port).")]
    [InlineData("Node:Name=", "Node:Name is '' (--set): expected a text that is not empty.")]
    [InlineData("Journal:Synchronous=0", "Journal:Synchronous is '0' (--set): expected one of Full, Normal.")]
    [InlineData("Bots:RegisterAtStart=yes", "Bots:RegisterAtStart is 'yes' (--set): expected true or false.")]
    [InlineData(
        "Market:Interval=5",
        "Market:Interval is '5' (--set): expected a duration as hh:mm:ss from 00:00:00.001 to 1.00:00:00.")]
    [InlineData(
        "Market:Interval=00:00:00",
        "Market:Interval is '00:00:00' (--set): expected a duration as hh:mm:ss from 00:00:00.001 to 1.00:00:00.")]
    [InlineData(
        "Bots:Capital=1e3",
        "Bots:Capital is '1e3' (--set): expected a number from 1 to 1000000000000 (whole quote tokens).")]
    public void A_wrong_value_says_what_was_expected(string setting, string expected) =>
        Assert.Equal(expected, Assert.Single(ProblemsOf(new ConfigurationSources { Settings = [setting] })));

    [Fact]
    public void Every_problem_is_named_at_once() =>
        Assert.Equal(
            3, ProblemsOf(new ConfigurationSources { Settings = ["Http:Port=x", "Nope:Nope=1", "Http.Port"] }).Count);

    [Theory]
    [InlineData("{", "is not JSON")]
    [InlineData("[]", "expected the file to be an object")]
    [InlineData("""{ "Http": 5 }""", "expected 'Http' to be an object")]
    [InlineData("""{ "Http": { "Port": [1] } }""", "expected a text, a number, true or false")]
    [InlineData("""{ "Http": { "Port": null } }""", "expected a text, a number, true or false")]
    [InlineData("""{ "Http": { "Port": 1, "port": 2 } }""", "stands twice")]
    [InlineData("""{ "Http": { "Port": 1 }, "Http": { "Port": 1 } }""", "stands twice")]
    public void A_malformed_file_is_refused(string json, string expected)
    {
        var problem = ProblemsOf(new ConfigurationSources { Files = [new ConfigurationFile("my.json", json)] })[0];

        Assert.Contains(expected, problem, StringComparison.Ordinal);
        Assert.Contains("my.json", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Remarks_comments_and_trailing_commas_are_allowed()
    {
        const string Json = """
            {
              "$comment": "why",
              "Http": { "$why": "x", "Port": 9, }, // here
            }
            """;

        Assert.Equal(9, NodeConfiguration.Load(new() { Files = [new ConfigurationFile("my.json", Json)] }).Http.Port);
    }

    [Fact]
    public void Other_environment_variables_are_left_alone() =>
        Assert.Equal(
            NodeConfiguration.Default,
            NodeConfiguration.Load(new() { Environment = Variables("ACTORTRADE_SIM_SEED", "1") }));

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("abc", "", 3)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("PORT", "port", 0)]
    [InlineData("prot", "port", 2)]
    public void Edit_distance_counts_single_changes(string a, string b, int expected)
    {
        Assert.Equal(expected, EditDistance.Between(a, b));
        Assert.Equal(expected, EditDistance.Between(b, a));
    }

    private static Dictionary<string, string> Variables(string name, string value) => new() { [name] = value };

    private static IReadOnlyList<string> ProblemsOf(ConfigurationSources sources) =>
        Assert.Throws<ConfigurationException>(() => NodeConfiguration.Load(sources)).Problems;
}
