using ActorTrade.Kernel;

namespace ActorTrade.UnitTests.Kernel;

/// <summary>An actor system on simulated threads and time, and a notebook its actors write to.</summary>
internal sealed class KernelWorld
{
    public KernelWorld(
        ulong seed = 1, SimulatedOrder order = SimulatedOrder.Fifo, SupervisorStrategy? guardian = null)
    {
        Dispatcher = new SimulatedDispatcher(seed, order);
        System = new ActorSystem("test", new ActorSystemOptions
        {
            Dispatcher = Dispatcher,
            Time = Time,
            Random = new SeededRandom(seed),
            GuardianStrategy = guardian ?? SupervisorStrategy.Stopping,
        });
    }

    public SimulatedDispatcher Dispatcher { get; }

    public SimulatedTime Time { get; } = new();

    public ActorSystem System { get; }

    public List<string> Log { get; } = [];

    public void Run() => Assert.InRange(Dispatcher.RunUntilIdle(1_000_000), 0, 999_999);

    /// <summary>Moves the clock timer by timer and lets the actors run after each.</summary>
    public void Run(TimeSpan duration)
    {
        var end = Time.GetUtcNow() + duration;
        Run();
        while (Time.NextTimerDue <= end)
        {
            Time.AdvanceToNextTimer();
            Run();
        }

        Time.AdvanceTo(end);
        Run();
    }

    public ActorRef<string> Spawn(Action<Script> write, string name = "actor", SpawnOptions? options = null) =>
        System.Spawn(() => new ScriptedActor(this, write, name), name, options);

    public void Logged(params string[] expected)
    {
        Assert.Equal(expected, Log);
        Log.Clear();
    }
}

/// <summary>What a <see cref="ScriptedActor"/> does; a test sets only what matters to it.</summary>
internal sealed class Script(ScriptedActor actor)
{
    public ScriptedActor Actor => actor;

    public IActorContext<string> Context => actor.Surroundings;

    public Action<string> OnMessage { get; set; } = _ => { };

    public Action OnStart { get; set; } = () => { };

    public Action OnStop { get; set; } = () => { };

    public Action? OnTurn { get; set; }

    public Func<SupervisorStrategy> Strategy { get; set; } = () => SupervisorStrategy.Default;

    public void Note(string text) => actor.Note(text);

    public ActorRef<string> Spawn(Action<Script> write, string name, SpawnOptions? options = null) =>
        Context.Spawn(() => new ScriptedActor(actor.World, write, name), name, options);
}

/// <summary>Writes its life and its messages to the world's log; fails on "boom".</summary>
internal sealed class ScriptedActor : Actor<string>
{
    private readonly Script script;
    private readonly string name;

    public ScriptedActor(KernelWorld world, Action<Script> write, string name)
    {
        World = world;
        this.name = name;
        script = new Script(this);
        write(script);
    }

    public KernelWorld World { get; }

    public IActorContext<string> Surroundings => Context;

    protected override SupervisorStrategy SupervisorStrategy => script.Strategy();

    public void Note(string text) => World.Log.Add($"{name}:{text}");

    protected override void Receive(string message)
    {
        Note(message);
        if (message.StartsWith("boom", StringComparison.Ordinal))
        {
            throw new BoomException(message);
        }

        script.OnMessage(message);
    }

    protected override void PreStart()
    {
        Note("start");
        script.OnStart();
    }

    protected override void PostStop()
    {
        Note("stop");
        script.OnStop();
    }

    protected override void PreRestart(Exception cause) => Note("pre-restart");

    protected override void PostRestart(Exception cause)
    {
        Note("post-restart");
        script.OnStart();
    }

    protected override void OnTurnEnd() => script.OnTurn?.Invoke();
}

internal sealed class BoomException(string message) : Exception(message);

internal static class CompletedTask
{
    /// <summary>The result of a task that must already be there: under simulation nothing is waited for.</summary>
    public static T Completed<T>(this Task<T> task)
    {
        Assert.True(task.IsCompleted, "The task is still running.");
        return task.GetAwaiter().GetResult();
    }

    /// <inheritdoc cref="Completed{T}"/>
    public static void Completed(this Task task)
    {
        Assert.True(task.IsCompleted, "The task is still running.");
        task.GetAwaiter().GetResult();
    }
}
