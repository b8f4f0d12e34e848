namespace ActorTrade.Kernel;

/// <summary>
/// An actor as an outsider sees it at a moment. The numbers are read while the actor runs: each is right on its own,
/// together they may be of slightly different moments.
/// </summary>
/// <param name="Depth">Levels below where the look began.</param>
/// <param name="Type">The kind of actor; empty while there is no instance.</param>
/// <param name="Phase">Lower case: starting, running, failed, restarting, stopping, stopped.</param>
/// <param name="Waiting">Messages not handled yet.</param>
/// <param name="Capacity">Messages that may wait before senders are refused.</param>
/// <param name="Children">How many it has.</param>
public readonly record struct ActorInspection(
    IActorRef Actor, int Depth, string Type, string Phase, int Waiting, int Capacity, int Children);
