using System.Text.Json;
using System.Text.Json.Serialization;
using ActorTrade.Cluster.Wire;
using ActorTrade.EventSourcing;

namespace ActorTrade.Cluster.Membership;

/// <summary>
/// The trading system's state as this process knows it, by whatever way it came: its own questions, broadcasts, other
/// members' heartbeats. The version keeps an old word from undoing a newer one. Safe for concurrent use.
/// </summary>
public sealed class ModeBoard
{
    private readonly Lock _gate = new();
    private volatile SystemMode _mode = SystemMode.Init;
    private long _version = -1;
    private volatile bool _isCutOff;

    /// <summary>
    /// Runs after each change with the new state and its version, and true where this process learned it first hand:
    /// then it should tell the others. Must only hand on.
    /// </summary>
    public event Action<SystemMode, long, bool>? Changed;

    /// <summary>What decisions are given: a node that is cut off from the cluster takes nothing new.</summary>
    public SystemMode Effective => _isCutOff && _mode == SystemMode.Active ? SystemMode.Paused : _mode;

    /// <summary>As last heard; version -1 where nothing was heard yet.</summary>
    public (SystemMode Mode, long Version) Known
    {
        get
        {
            lock (_gate)
            {
                return (_mode, _version);
            }
        }
    }

    /// <summary>Whether the state has been heard since the start.</summary>
    public bool IsKnown => Interlocked.Read(ref _version) >= 0;

    public bool IsCutOff
    {
        get => _isCutOff;
        set => _isCutOff = value;
    }

    /// <summary>Takes what another member says.</summary>
    public void Hear(SystemMode mode, long version) => Take(mode, version, isFirstHand: false);

    /// <summary>Takes what the trading system itself answered.</summary>
    public void Learn(SystemMode mode, long version) => Take(mode, version, isFirstHand: true);

    private void Take(SystemMode mode, long version, bool isFirstHand)
    {
        lock (_gate)
        {
            if (version <= _version)
            {
                return;
            }

            (_version, _mode) = (version, mode);
        }

        Changed?.Invoke(mode, version, isFirstHand);
    }
}

/// <summary>A change of the trading system's state, as broadcast on topic <c>mode</c>.</summary>
/// <param name="From">The node that tells it; null where it is of a version that does not number.</param>
/// <param name="Number">Of this node's notices, from 1.</param>
public sealed record ModeNotice(SystemMode Mode, long Version, string? From = null, long Number = 0)
{
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, ModeNoticeJson.Default.ModeNotice);

    /// <summary>Null where the bytes have no such form, or name a state of a newer version.</summary>
    public static ModeNotice? FromJson(ReadOnlySpan<byte> json) =>
        WireJson.ReadOrNull(json, ModeNoticeJson.Default.ModeNotice) is { } read && Enum.IsDefined(read.Mode)
            ? read
            : null;
}

[JsonSerializable(typeof(ModeNotice))]
internal sealed partial class ModeNoticeJson : JsonSerializerContext;
