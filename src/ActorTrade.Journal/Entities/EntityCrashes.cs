using ActorTrade.EventSourcing;

namespace ActorTrade.Journal.Entities;

/// <summary>
/// At what the rules of a process's entities have thrown, kept outside the instances that end with it. Bounded: of too
/// many entities one is forgotten, and what it crashed at is counted from the start again. Safe for concurrent use.
/// </summary>
internal sealed class CrashTable
{
    public const int EntitiesMax = 1_024;
    private readonly Lock _gate = new();
    private readonly Dictionary<EntityId, EntityCrashes> _byEntity = [];

    /// <summary>Null where the entity has not crashed, which is nearly always.</summary>
    public EntityCrashes? Find(EntityId entity)
    {
        lock (_gate)
        {
            return _byEntity.GetValueOrDefault(entity);
        }
    }

    public EntityCrashes Of(EntityId entity)
    {
        EntityCrashes? forgotten = null;
        EntityCrashes? found;
        lock (_gate)
        {
            if (!_byEntity.TryGetValue(entity, out found))
            {
                if (_byEntity.Count >= EntitiesMax)
                {
                    _byEntity.Remove(_byEntity.Keys.First(), out forgotten);
                }

                _byEntity.Add(entity, found = new EntityCrashes());
            }
        }

        forgotten?.RefuseCarried();
        return found;
    }

    public void ForgetIfEmpty(EntityId entity, EntityCrashes crashes)
    {
        lock (_gate)
        {
            if (crashes.IsEmpty && _byEntity.GetValueOrDefault(entity) == crashes)
            {
                _byEntity.Remove(entity);
            }
        }
    }
}

/// <summary>What made one entity crash, how often, and the messages that wait for its next instance.</summary>
/// <param name="Attempts">Times it was run and threw.</param>
internal readonly record struct Crash(int Attempts, string ErrorType, string Error);

/// <summary>The crashes of one entity, by the id of the command that was run. Safe for concurrent use.</summary>
internal sealed class EntityCrashes
{
    /// <summary>A command that threw so often is not run again.</summary>
    public const int AttemptsMax = 3;

    /// <summary>Ids remembered of each sort; beyond that one is forgotten.</summary>
    public const int CommandsMax = 256;

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, Crash> _byCommand = [];
    private readonly HashSet<Guid> _setAside = [];
    private readonly Queue<IEntityMessage> _carried = [];

    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _byCommand.Count == 0 && _setAside.Count == 0 && _carried.Count == 0;
            }
        }
    }

    /// <summary>True where the command must not be run again.</summary>
    public bool Condemns(Guid commandId, out Crash crash)
    {
        lock (_gate)
        {
            return _byCommand.TryGetValue(commandId, out crash) && crash.Attempts >= AttemptsMax;
        }
    }

    /// <param name="cause">Null where it is not known; then the one before stands.</param>
    public void Crashed(Guid commandId, Exception? cause)
    {
        lock (_gate)
        {
            var earlier = _byCommand.GetValueOrDefault(commandId);
            if (earlier.Attempts == 0 && _byCommand.Count >= CommandsMax)
            {
                _byCommand.Remove(_byCommand.Keys.First());
            }

            _byCommand[commandId] = new Crash(
                earlier.Attempts + 1,
                cause?.GetType().Name ?? earlier.ErrorType ?? "",
                Cut(cause?.Message ?? earlier.Error ?? ""));
        }
    }

    public void Forget(Guid commandId)
    {
        lock (_gate)
        {
            _byCommand.Remove(commandId);
        }
    }

    /// <summary>The entity's own doing is not tried again by this process.</summary>
    public void SetAside(Guid commandId)
    {
        lock (_gate)
        {
            _byCommand.Remove(commandId);
            if (_setAside.Count >= CommandsMax)
            {
                _setAside.Remove(_setAside.First());
            }

            _setAside.Add(commandId);
        }
    }

    public bool IsSetAside(Guid commandId)
    {
        lock (_gate)
        {
            return _setAside.Contains(commandId);
        }
    }

    /// <summary>Keeps what the crashed instance had in hand, in order, for the next.</summary>
    public void Carry(IEntityMessage? first, Queue<IEntityMessage> rest)
    {
        lock (_gate)
        {
            if (first is not null)
            {
                _carried.Enqueue(first);
            }

            while (rest.TryDequeue(out var message))
            {
                _carried.Enqueue(message);
            }
        }
    }

    public void TakeCarried(Queue<IEntityMessage> into)
    {
        lock (_gate)
        {
            while (_carried.TryDequeue(out var message))
            {
                into.Enqueue(message);
            }
        }
    }

    public void RefuseCarried()
    {
        var left = new Queue<IEntityMessage>();
        TakeCarried(left);
        foreach (var message in left)
        {
            message.Refuse();
        }
    }

    private static string Cut(string text) =>
        text.Length <= HostEvent.ErrorLengthMax ? text : text[..HostEvent.ErrorLengthMax];
}
