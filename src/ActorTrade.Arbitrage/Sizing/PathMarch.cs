using ActorTrade.Arbitrage.Cycles;
using ActorTrade.Arbitrage.Markets;

namespace ActorTrade.Arbitrage.Sizing;

/// <summary>
/// Sizes a path whose hops are pieces of constant product: walks from knot to knot, whichever hop comes to its next
/// knot first, and solves the piece in which the marginal rate falls to the cost in closed form. As every hop is
/// concave, so is the path, and the first such piece is the only one.
/// </summary>
internal static class PathMarch
{
    /// <param name="cost">What one of input costs, loan fee included.</param>
    /// <param name="cap">The largest input allowed.</param>
    /// <returns>The best input and what it gains; zeros where nothing gains.</returns>
    public static (double Input, double Gain) Size(
        PoolMarket market, ReadOnlySpan<int> edges, double cost, double cap)
    {
        Span<Position> hops = stackalloc Position[CycleIndex.HopsMax];
        var profiles = new EdgeProfile[edges.Length];
        var steps = 1;
        for (var k = 0; k < edges.Length; k++)
        {
            profiles[k] = market.ProfileOf(edges[k]);
            steps += profiles[k].Count;
            if (profiles[k].InputMax <= 0)
            {
                return default;
            }
        }

        double input = 0;
        double output = 0;
        for (; steps > 0; steps--)
        {
            var path = Local(profiles, hops, out var room);
            var wanted = path.OptimalInput(cost);
            var step = Math.Min(Math.Min(wanted, room), cap - input);
            if (!(step > 0))
            {
                break;
            }

            input = Math.Min(input + step, cap);
            output += path.Output(step);
            if (step < room)
            {
                break;
            }

            Move(profiles, hops, step);
        }

        return input > 0 && output > cost * input ? (input, output - (cost * input)) : default;
    }

    // The path from where its hops stand now, and how far it goes until the first of them comes to a knot.
    private static MobiusPath Local(EdgeProfile[] profiles, Span<Position> hops, out double room)
    {
        var path = MobiusPath.Neutral;
        room = double.PositiveInfinity;
        for (var k = 0; k < profiles.Length; k++)
        {
            var (profile, at) = (profiles[k], hops[k]);
            var end = at.Piece + 1 < profile.Count ? profile.Inputs[at.Piece + 1] : profile.InputMax;
            var left = end - at.Input;
            var divisor = path.Rate - (path.Curvature * left);
            if (divisor > 0 && left / divisor < room)
            {
                room = left / divisor;
            }

            var root = profile.RootPrices[at.Piece]
                + (profile.Slopes[at.Piece] * (at.Input - profile.Inputs[at.Piece]));
            path = path.Then(new MobiusPath(1 / (root * root), profile.Slopes[at.Piece] / root));
        }

        return path;
    }

    private static void Move(EdgeProfile[] profiles, Span<Position> hops, double step)
    {
        var taken = step;
        for (var k = 0; k < profiles.Length; k++)
        {
            var profile = profiles[k];
            var before = hops[k];
            var root = profile.RootPrices[before.Piece]
                + (profile.Slopes[before.Piece] * (before.Input - profile.Inputs[before.Piece]));
            var given = taken / (root * (root + (profile.Slopes[before.Piece] * taken)));
            var input = before.Input + taken;
            var piece = before.Piece;

            // The hop that gave the room stands at its knot but for rounding.
            while (piece + 1 < profile.Count && input >= profile.Inputs[piece + 1] * (1 - 1e-12))
            {
                piece++;
                input = Math.Max(input, profile.Inputs[piece]);
            }

            hops[k] = new Position(piece, input);
            taken = given;
        }
    }

    private readonly record struct Position(int Piece, double Input);
}
