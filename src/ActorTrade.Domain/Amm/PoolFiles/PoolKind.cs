using System.Collections.Immutable;
using System.Text.Json;
using ActorTrade.Domain.Amm.Curves;
using ActorTrade.Domain.Amm.Listing;

namespace ActorTrade.Domain.Amm.PoolFiles;

/// <summary>How pools of one kind stand in a file: the fields beyond those of every pool.</summary>
internal abstract class PoolKind
{
    /// <summary>As <see cref="Curve.Kind"/> and the file name it.</summary>
    public abstract string Name { get; }

    public abstract ImmutableArray<PoolField> Fields { get; }

    /// <summary>Throws <see cref="PoolFaultException"/> or <see cref="InvalidCurveException"/>.</summary>
    public abstract Curve Read(PoolFields fields, ImmutableArray<ListedToken> tokens);

    /// <summary>Writes the fields into an object that is open, so that reading them gives this very state.</summary>
    public abstract void Write(Curve curve, Utf8JsonWriter json);
}

/// <summary>The kinds that a file may have.</summary>
internal static class PoolKinds
{
    public static ImmutableArray<PoolKind> All { get; } =
    [
        new ConstantProductKind(),
        new SolidlyStableKind(),
        new SolidlyVolatileKind(),
        new ConcentratedKind(),
        new StableSwapClassicKind(),
        new StableSwapNgKind(),
        new BalancerWeightedKind(),
        new BalancerStableKind(),
        new TricryptoKind(),
    ];

    public static PoolKind? Find(string name) => All.FirstOrDefault(k => k.Name == name);

    public static PoolKind Of(Curve curve) =>
        Find(curve.Kind) ?? throw new InvalidOperationException($"No file has pools of kind {curve.Kind}.");
}
