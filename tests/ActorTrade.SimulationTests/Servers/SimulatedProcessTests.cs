using ActorTrade.Kernel;

namespace ActorTrade.SimulationTests.Servers;

public sealed class SimulatedProcessTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly ServerWorld _world = new();
    private int _ticks;

    [Fact]
    public void A_paused_process_runs_nothing_and_then_what_waited_each_timer_once()
    {
        var process = _world.Process("a");
        using var periodic = process.Time.CreateTimer(_ => _ticks++, null, Second, Second);
        var lane = new SimulatedLane(process.Dispatcher);
        var order = new List<int>();
        _world.Run(Second * 3.5);
        Assert.Equal(3, _ticks);
        process.Pause();
        lane.Post(() => order.Add(1));
        lane.Post(() => order.Add(2));
        _world.Run(Second * 10);
        Assert.Equal(3, _ticks);
        Assert.Empty(order);
        process.Resume();
        _world.Run(TimeSpan.Zero);
        Assert.Equal(4, _ticks);
        Assert.Equal([1, 2], order);
        _world.Run(Second);
        Assert.Equal(5, _ticks);
    }

    [Fact]
    public async Task Continuations_of_awaits_belong_to_the_process_too()
    {
        var process = _world.Process("a");
        var started = new Work(async () =>
        {
            await Task.Delay(Second, process.Time);
            _ticks++;
        });
        process.Dispatcher.Schedule(started);
        _world.Run(Second / 2);
        process.Pause();
        _world.Run(Second * 5);
        Assert.Equal(0, _ticks);
        process.Resume();
        _world.Run(TimeSpan.Zero);
        Assert.Equal(1, _ticks);
        await started.Task;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_a_crashed_process_nothing_runs_ever_again(bool isPausedBefore)
    {
        var process = _world.Process("a");
        var crashes = 0;
        process.OnCrash(() => crashes++);
        using var timer = process.Time.CreateTimer(_ => _ticks++, null, Second, Second);
        process.Dispatcher.Schedule(new Work(() => Task.FromResult(_ticks++)));
        if (isPausedBefore)
        {
            process.Pause();
            _world.Run(Second * 2);
        }

        process.Crash();
        process.Crash();
        process.Resume();
        _world.Run(Second * 5);
        Assert.Equal((0, 1), (_ticks, crashes));
    }

    [Fact]
    public void A_skewed_clock_shows_another_time_but_its_timers_are_right()
    {
        var process = _world.Process("a");
        process.ClockSkew = TimeSpan.FromMinutes(7);
        Assert.Equal(_world.Time.GetUtcNow().AddMinutes(7), process.Time.GetUtcNow());
        using var timer = process.Time.CreateTimer(_ => _ticks++, null, Second, Timeout.InfiniteTimeSpan);
        _world.Run(Second);
        Assert.Equal(1, _ticks);
    }

    private sealed class Work(Func<Task> function) : IThreadPoolWorkItem
    {
        public Task Task { get; private set; } = Task.CompletedTask;

        public void Execute() => Task = function();
    }
}
