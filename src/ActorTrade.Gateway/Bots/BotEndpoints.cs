using ActorTrade.Domain.Bots;
using ActorTrade.Domain.Numerics;
using ActorTrade.Gateway.Http;
using Microsoft.AspNetCore.Http;

namespace ActorTrade.Gateway.Bots;

/// <summary><c>/api/bots</c>: register, list, look at, start, pause and stop bots.</summary>
internal sealed class BotEndpoints(GatewayServices services, TokenForms forms)
{
    private const int ListMax = 1_000;
    private readonly BotRegistration _registration = new(services, forms);

    public async Task RegisterAsync(HttpContext http)
    {
        var request = await http.BodyAsync(ApiJson.Shapes.RegisterBotRequest);
        var bot = await _registration.RegisterAsync(request, http.Principal());
        await WriteAsync(http, bot);
    }

    public async Task ListAsync(HttpContext http) =>
        await http.WriteAsync(await AllAsync(), ApiJson.Shapes.BotDetailsArray);

    public async Task GetAsync(HttpContext http) => await WriteAsync(http, BotOf(http));

    public Task StartAsync(HttpContext http) => CommandAsync(http, new Bot.Command.Start());

    public async Task PauseAsync(HttpContext http) =>
        await CommandAsync(http, new Bot.Command.Pause(await WhyAsync(http)));

    public async Task StopAsync(HttpContext http) =>
        await CommandAsync(http, new Bot.Command.Stop(await WhyAsync(http)));

    public async Task<BotDetails[]> AllAsync()
    {
        var bots = new List<BotDetails>();
        foreach (var row in services.Tables.Query($"select bot_id from bots order by bot_id limit {ListMax}"))
        {
            if (await DetailsAsync(BotId.Parse((string)row["bot_id"]!)) is { } bot)
            {
                bots.Add(bot);
            }
        }

        return [.. bots];
    }

    private static BotId BotOf(HttpContext http) => RequestReading.Bot(http.Segment("id"), "id");

    private static async Task<string> WhyAsync(HttpContext http) =>
        (await http.BodyAsync(ApiJson.Shapes.WhyRequest)).Why is { Length: > 0 and <= Bot.ReasonLengthMax } why
            ? why
            : throw ApiProblem.Invalid("why", $"A reason of 1 to {Bot.ReasonLengthMax} characters is needed.");

    private async Task CommandAsync(HttpContext http, Bot.Command command)
    {
        var bot = BotOf(http);
        await services.AskAsync(Bot.IdOf(bot), command, Guid.NewGuid(), http.Principal(), forms);
        await WriteAsync(http, bot);
    }

    private async Task WriteAsync(HttpContext http, BotId bot) => await http.WriteAsync(
        await DetailsAsync(bot)
            ?? throw ApiProblem.NotFound("bot-unknown", $"There is no bot '{bot}'."), ApiJson.Shapes.BotDetails);

    private async Task<BotDetails?> DetailsAsync(BotId bot)
    {
        var (view, sequenceNr) = await services.ViewAsync<BotView>(Bot.IdOf(bot));
        if (view.State == BotState.Unknown)
        {
            return null;
        }

        var quotes = services.Status().Market?.Quotes ?? [];
        return new BotDetails(
            bot.Value,
            view.State.ToString(),
            view.Owner ?? "",
            view.Account?.Value ?? "",
            view.Strategy ?? "",
            view.Parameters.ToDictionary(p => p.Name, p => p.Value),
            [.. view.Instruments.Select(i => i.Symbol.ToString())],
            view.SentToday,
            [.. view.Positions.Select(p => PositionOf(view, p, quotes))],
            [.. view.Results.Select(r => new BotResultShape(
                r.Quote.Value, Format(r.Realised, r.Decimals), Format(r.RealisedToday, r.Decimals)))],
            [.. view.OpenOrders.Select(o => o.OrderId.Value)],
            view.OpenSwaps.Length,
            sequenceNr);
    }

    private static BotPositionShape PositionOf(BotView view, BotPosition position, IReadOnlyList<QuoteStatus> quotes)
    {
        var instrument = view.Instruments.First(i => i.Symbol == position.Symbol);
        var symbol = position.Symbol.ToString();
        decimal? unrealised = null;
        if (quotes.FirstOrDefault(q => q.Symbol == symbol) is { Bid: { } bid, Ask: { } ask })
        {
            var quantity = Units.ToDoubleLossy(position.Quantity.Magnitude, instrument.BaseDecimals);
            var cost = Units.ToDoubleLossy(position.BookCost.Magnitude, instrument.QuoteDecimals);
            var value = (position.Quantity.IsNegative ? -quantity : quantity) * (double)((bid + ask) / 2);
            unrealised = Math.Round((decimal)(value - (position.BookCost.IsNegative ? -cost : cost)), 2);
        }

        return new BotPositionShape(
            symbol,
            Format(position.Quantity, instrument.BaseDecimals),
            Format(position.BookCost, instrument.QuoteDecimals),
            Format(position.Realised, instrument.QuoteDecimals),
            unrealised,
            Units.Format(position.Fees, instrument.QuoteDecimals));
    }

    private static string Format(SignedAmount amount, int decimals) =>
        (amount.IsNegative ? "-" : "") + Units.Format(amount.Magnitude, decimals);
}
