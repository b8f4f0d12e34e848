using ActorTrade.Lighthouse.Cluster;
using ActorTrade.Lighthouse.Operators;
using ActorTrade.Operator;

namespace ActorTrade.Lighthouse.Palettes;

/// <summary>All palettes of a Lighthouse: what is described is what can be run.</summary>
internal sealed class PaletteSet
{
    private readonly Dictionary<(string Palette, string Command), OperatorCommand> _commands;

    public PaletteSet(IEnumerable<IPalette> palettes)
    {
        var all = palettes.Select(p => (Palette: p, p.Commands)).ToList();
        Palettes =
        [
            .. all.Select(p => new Palette
            {
                Name = p.Palette.Name,
                Meaning = p.Palette.Meaning,
                Commands = [.. p.Commands.Select(Described)],
            }),
        ];
        _commands = all.SelectMany(p => p.Commands.Select(c => (Key: (p.Palette.Name, c.Description.Name), c)))
            .ToDictionary(c => c.Key, c => c.c);
    }

    public IReadOnlyList<Palette> Palettes { get; }

    /// <summary>Every palette there is.</summary>
    public static PaletteSet Of(LighthouseServices services, AuditTrail audit)
    {
        var asking = new Asking(services);
        var stops = new BotStops(asking);
        var decimals = new TokenDecimalsOf(asking);
        return new PaletteSet(
        [
            new ClusterPalette(services, asking, audit),
            new ShardingPalette(services, asking),
            new ActorPalette(asking),
            new TradePalette(
                asking, stops, new OpenOrderStops(services, asking), new Flattening(services, asking, stops)),
            new OrdersPalette(asking),
            new BotsPalette(asking),
            new AccountsPalette(services, asking, decimals),
            new PoolsPalette(services, asking, decimals),
            new JournalPalette(services),
            new LogPalette(services, asking),
            new DoctorPalette(services, asking),
        ]);
    }

    public OperatorCommand this[string palette, string command] => _commands[(palette, command)];

    public PaletteBook BookFor(OperatorIdentity who, string server) => new()
    {
        Server = server,
        Operator = who.Name,
        MayAct = who.MayAct,
        Palettes = Palettes,
    };

    private static PaletteCommand Described(OperatorCommand command) =>
        command.Run is null == command.Stream is null || command.Description.Streams == command.Stream is null
            ? throw new InvalidOperationException($"{command.Description.Name} either runs or streams.")
            : command.Description;
}
